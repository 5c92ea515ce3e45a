"""What the shop does: stock, money and orders, without a word of HTTP."""
