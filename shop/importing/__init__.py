"""Bringing in a merchant's goods from a CSV file: ours, Shopify's or WooCommerce's.

Upload → preview → import all or nothing → undo. `sheet`, `fields`, `markup`, `lines` and the three formats
turn a file into lines; `plan` holds them against the catalogue; `store` keeps what would change; `apply` and
`undo` carry it out and take it back; `work` does that in the background.
"""
