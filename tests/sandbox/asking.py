"""What the tests of the local Stripe ask of it."""

ITEM = {"price_data": {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Mug"}}}


def request(**changes) -> dict:
    """Return a Checkout Session's parameters as the shop sends them."""
    told = {
        "mode": "payment",
        "line_items": [ITEM | {"quantity": 2}],
        "success_url": "http://127.0.0.1:1/ok?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:1/back",
        "metadata": {"order": "A1"},
        "payment_intent_data": {"metadata": {"order": "A1"}},
    }
    return told | changes


async def expired(local, key: str = "k") -> str:
    """Create a session and expire it, which is one event; return its id."""
    session = await local.gateway.create_session(request(), key)
    await local.gateway.expire_session(session.id)
    return session.id


async def paid(local, key: str = "k") -> str:
    """Create a session and pay it, which is four events; return its id."""
    session = await local.gateway.create_session(request(), key)
    await local.http.post(session.url, data={"card": "4242424242424242", "email": "sam@x.example"})
    return session.id
