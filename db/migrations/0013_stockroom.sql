-- What is well in stock, in the order of the stockroom; what is low stands in an index of its own.

CREATE INDEX stock_well ON stock (available, sku) WHERE low = 0 AND shelf <> 'archived';
