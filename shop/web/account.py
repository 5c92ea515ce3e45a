"""Registering, signing in and out, and a person's own account."""

from quart import Blueprint, Response, redirect, request, session
from quart_auth import AuthUser, current_user, login_user, logout_user

from db import Tx
from shop import cart, limits, people, words
from shop.clock import Instant, now
from shop.errors import Conflict, Refused
from shop.web import forms
from shop.web.context import cart_id, forget_frame, shop, signed_in
from shop.web.guards import address, limit, safe_next
from shop.web.reply import AnyResponse, Part, flash, fragments, page, wants_fragment
from shop.words import N_, _

people_pages = Blueprint("people", __name__)
account_pages = Blueprint("account", __name__)

_SECRET = frozenset({"password", "current"})
_WRONG = N_("The e-mail address or the password is not right.")


@people_pages.get("/register")
async def register_form() -> Response:
    """Show the form for a new account."""
    typed = forms.FormState({"email": session.get("email", "")})
    return await _form("register", typed, request.args.get("next"), 200)


@people_pages.post("/register")
async def register() -> AnyResponse:
    """Add an account and sign in."""
    await limit(limits.REGISTER_FROM, address())
    form = await request.form
    values, state = forms.read(form, _REGISTRATION, _SECRET)
    refused = state if state.errors else await _register(values, state)
    if refused is not None:
        return await _form("register", refused, form.get("next"), 422)
    return await _signed_in(safe_next(form.get("next")), _("Welcome."))


@people_pages.get("/login")
async def login_form() -> Response:
    """Show the form to sign in."""
    return await _form("login", forms.EMPTY, request.args.get("next"), 200)


@people_pages.post("/login")
async def login() -> AnyResponse:
    """Sign in; an unknown address takes as long and reads the same as a wrong password."""
    form = await request.form
    values, state = forms.read(
        form,
        {"email": forms.text(254, N_("Write your e-mail address.")), "password": forms.password},
        _SECRET,
    )
    if state.errors:
        return await _form("login", state, form.get("next"), 422)
    await limit(limits.SIGN_IN_FROM, address())
    await limit(limits.SIGN_IN, f"{values['email'].lower()} from {address()}")
    if not await _sign_in(values["email"], values["password"]):
        wrong = forms.FormState(state.values, {"password": _(_WRONG)})
        return await _form("login", wrong, form.get("next"), 422)
    return await _signed_in(safe_next(form.get("next")), _("Welcome back."))


@people_pages.post("/logout")
async def logout() -> AnyResponse:
    """End this session, here and at the shop."""
    token = current_user.auth_id
    if token is not None:
        await shop().db.write(people.end_session, token)
    logout_user()
    session.clear()
    return go_on("/")


@account_pages.get("/account")
async def show() -> Response:
    """Show the person's account."""
    return await page("account/show.html", person=await signed_in(), form=forms.EMPTY)


@account_pages.post("/account/password")
async def change_password() -> AnyResponse:
    """Set a new password, which signs out everywhere else."""
    person = await signed_in()
    await limit(limits.SIGN_IN, person.id)
    values, state = forms.read(
        await request.form, {"current": forms.password, "password": forms.password}, _SECRET
    )
    refused = state if state.errors else await _change_password(person, values)
    if refused is None:
        return await _signed_in("/account", _("Your password is changed. Every other session has ended."))
    if wants_fragment():
        return await fragments(Part("account/password_form", {"form": refused}), status=422)
    return await page("account/show.html", 422, person=person, form=refused)


_REGISTRATION: dict[str, forms.Parser] = {
    "name": forms.text(100, N_("Write your name.")),
    "email": lambda typed: people.clean_email(forms.text(254, N_("Write your e-mail address."))(typed)),
    "password": forms.password,
}


async def _register(values: dict[str, str], state: forms.FormState) -> forms.FormState | None:
    try:
        people.check_new_password(values["password"], values["email"])
        hashed = await people.hash_password(values["password"])
        person = await shop().db.write(people.register, values["email"], values["name"], hashed, now())
    except Refused as refusal:
        return forms.FormState(state.values, {refusal.field or "password": str(refusal)})
    except Conflict as taken:
        return forms.FormState(state.values, {"email": str(taken)})
    await start(person.id)
    return None


async def _sign_in(email: str, password: str) -> bool:
    found = await shop().db.read(people.by_email, email.strip().lower())
    fits = await people.check_password(found.password_hash if found else None, password)
    if found is None or not fits or found.suspended_at is not None:
        return False
    await start(found.id)
    return True


async def start(person_id: str) -> None:
    """Sign a person in, here, and bring the cart of this browser along."""
    chosen = session.get("language")
    token, adopted, spoken = await shop().db.write(_begin, person_id, cart_id(), chosen, now())
    login_user(AuthUser(token), remember=True)
    if spoken:
        session["language"] = spoken
        words.speak(spoken)
    session["cart"] = adopted.cart_id
    for note in adopted.notes:
        flash(note, "note")


def _begin(
    tx: Tx, person_id: str, guest_cart: str | None, chosen: str | None, at: Instant
) -> tuple[str, cart.Adopted, str]:
    """Begin a session; a language chosen here goes with the account, else the account's comes here."""
    token, adopted = people.start_session(tx, person_id, at), cart.adopt(tx, guest_cart, person_id, at)
    if chosen:
        people.choose_language(tx, person_id, chosen)
    return token, adopted, chosen or people.language_of(tx, person_id)


async def _change_password(person: people.Person, values: dict[str, str]) -> forms.FormState | None:
    known = await shop().db.read(people.credentials_of, person.id)
    if known is None or not await people.check_password(known.password_hash, values["current"]):
        return forms.FormState({}, {"current": _("That is not your password.")})
    try:
        people.check_new_password(values["password"], person.email)
    except Refused as refusal:
        return forms.FormState({}, {"password": str(refusal)})
    hashed = await people.hash_password(values["password"])
    await shop().db.write(people.change_password, person.id, hashed, now())
    await start(person.id)
    return None


async def _signed_in(to: str, text: str) -> AnyResponse:
    forget_frame()
    flash(text)
    return go_on(to)


def go_on(to: str) -> AnyResponse:
    """Send the browser on to a path of ours, also from an answer to htmx."""
    if wants_fragment():
        return Response("", 200, {"HX-Redirect": to})
    return redirect(to, 303)


async def _form(which: str, form: forms.FormState, wanted: str | None, status: int) -> Response:
    context = {"form": form, "next": safe_next(wanted)}
    if wants_fragment():
        return await fragments(Part(f"account/{which}_form", context), status=status)
    return await page(f"account/{which}.html", status, **context)
