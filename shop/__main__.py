"""`python -m shop` is the same as `shop`."""

from shop.cli import main

main()
