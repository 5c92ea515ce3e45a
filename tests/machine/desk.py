"""What an admin may do, in the model; `No` where the shop has to refuse."""

from tests.machine.model import IN_THE_HOUSE, OURS, No, Order, Refund, Shop


def pack(order: Order) -> None:
    if order.state not in IN_THE_HOUSE:
        raise No
    order.state = "packed"


def ship(order: Order) -> None:
    if order.state == "shipped":
        return
    free = not order.flagged and not order.block and (order.total == 0 or order.all_left > 0)
    if order.state not in IN_THE_HOUSE or not free or order.payment_state not in ("paid", "partly_refunded"):
        raise No
    order.state = "shipped"


def cancel(shop: Shop, order: Order, *, restock: bool) -> None:
    if order.state == "shipped":
        raise No
    if order.state in ("open", "processing"):
        order.flagged = True
    elif order.state != "closed":
        shop.cancel_paid(order, None if restock else {})


def cancel_by_shopper(shop: Shop, order: Order) -> None:
    if order.state in ("packed", "shipped", "review"):
        raise No
    cancel(shop, order, restock=True)


def refund(shop: Shop, order: Order, amount: int, lines: dict[str, int], *, restock: bool) -> None:
    left = order.all_left
    if order.disputed in ("open", "lost") or not 0 < amount <= left:
        raise No
    if restock:
        shop.put_back(order, lines or (None if amount == left else {}))
    _spread(shop, order, amount, "shop")


def approve(shop: Shop, order: Order) -> None:
    own = [one for one in order.free if one.currency == OURS]
    left = sum(max(0, order.left(one)) for one in own)
    if order.state != "review" or order.flagged or not left:
        raise No
    over = left - order.total
    order.total = min(order.total, order.captured)
    shop.take(order)
    order.state = "confirmed"
    for attempt in own:
        over -= shop.ask_back(order, attempt, "auto", max(0, over))
    for attempt in order.free:
        if attempt.currency != OURS:
            shop.ask_back(order, attempt, "auto")


def clear(order: Order) -> None:
    if False not in order.warnings.values():
        raise No
    order.warnings = dict.fromkeys(order.warnings, True)


def see_to(shop: Shop, order: Order, refund: Refund, *, settled: bool) -> None:
    if refund.resolved or (not settled and order.disputed in ("open", "lost")):
        raise No
    refund.resolved, refund.settled = True, settled
    if not settled:
        shop.ask_back(order, refund.attempt, "shop", refund.amount)


def adjust(shop: Shop, sku: str, change: int) -> None:
    if shop.on_hand[sku] + change < shop.held(sku):
        raise No
    shop.on_hand[sku] += change


def _spread(shop: Shop, order: Order, amount: int, source: str) -> None:
    for attempt in (one for one in order.free if one.currency == OURS):
        amount -= shop.ask_back(order, attempt, source, amount)
