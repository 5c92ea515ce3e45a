-- What is well in stock, in the order of the stockroom; what is low stands in an index of its own.

CREATE INDEX stock_well ON stock (available, sku) WHERE low = 0 AND shelf <> 'archived';

-- What is low and not archived, as restocking lists it and the first page counts it.
CREATE INDEX stock_low_kept ON stock (available, sku) WHERE low = 1 AND shelf <> 'archived';
CREATE INDEX stock_low_of_supplier ON stock (supplier_id, available, sku) WHERE low = 1 AND shelf <> 'archived';
