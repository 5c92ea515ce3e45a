"""The simulator: seeded crowds, crashes and a faulty Stripe against a real shop, and a judge of its books.

The shop and its local Stripe run as processes of their own; the simulator is a stranger that meets them
over HTTP and reads the books by the commands everybody has. It believes nothing it has not seen.
"""

from shop.simulate.report import html, text
from shop.simulate.run import Options, Outcome, simulate

__all__ = ["Options", "Outcome", "html", "simulate", "text"]
