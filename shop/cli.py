"""The command line: every command that outside programs rely on, each a few lines over the shop."""

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import click
import httpx
from uvicorn.supervisors import Multiprocess

from db import Database, DatabaseError, Tx, snapshot
from shop import doctor, export, instance, jobs, ledgers, people, simulate, verify
from shop.app import demo_asgi, demo_settings, keys_path, sandbox_settings, shop_asgi
from shop.clock import now
from shop.config import SettingError, Settings, environment, proxies, read_settings
from shop.demo.seed import SIGN_INS, seed
from shop.errors import ShopError
from shop.importing import console
from shop.sandbox import create_sandbox, local_keys
from shop.server import bind, config, serve
from shop.simulate.children import ChildError
from shop.stripe_gateway import Gateway, StripeError

T = TypeVar("T")


@click.group()
def main() -> None:
    """Tillroom: a shop and its stockroom in one process."""


@main.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def demo(host: str, port: int) -> None:
    """Serve a furnished demo shop with the local Stripe beside it."""
    with _bind(host, port) as listener:
        port = listener.getsockname()[1]
        backstage = f"http://127.0.0.1:{port}"
        given = {"SHOP_BASE_URL": backstage} | environment()
        try:
            settings = demo_settings(_settings(given), backstage)
        except SettingError as fault:
            _fail(str(fault))
        _with_db(settings, lambda db: seed(db, settings.currency))
        click.echo(f"Tillroom demo: {settings.base_url}")
        for one in SIGN_INS:
            click.echo(f"{one.role} {one.email} {one.password}")
        sys.stdout.flush()
        serve(demo_asgi(settings, backstage), settings, listener, dates=False)


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes that share the books.")
def serve_shop(host: str, port: int, workers: int) -> None:
    """Serve the shop alone, from the environment."""
    settings = _settings()
    try:
        settings.require_for_serving()
    except SettingError as fault:
        _fail(str(fault))
    # Before the first request, and once for all workers.
    _with_db(settings, lambda db: db.write(instance.establish, settings.currency, now()))
    with _bind(host, port) as listener:
        click.echo(f"Tillroom: {settings.base_url}")
        sys.stdout.flush()
        if workers == 1:
            serve(shop_asgi(settings), settings, listener)
            return
        several = config("shop.server:application", settings)
        several.workers = workers
        Multiprocess(several, [listener]).run()


@main.command("sandbox")
@click.option("--port", default=8001, show_default=True)
def sandbox(port: int) -> None:
    """Serve the local Stripe alone, for a shop with the same environment."""
    with _bind("127.0.0.1", port) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = _settings()
        keys = local_keys(keys_path(settings))
        if not settings.stripe_key or not settings.webhook_secrets:
            given = environment() | {
                "STRIPE_SECRET_KEY": keys.secret_key,
                "STRIPE_WEBHOOK_SECRET": keys.webhook_secret,
            }
            settings = _settings(given)
            click.echo(f"STRIPE_SECRET_KEY={keys.secret_key}")
            click.echo(f"STRIPE_WEBHOOK_SECRET={keys.webhook_secret}")
        click.echo(f"STRIPE_API_BASE={base}")
        sys.stdout.flush()
        try:
            local = sandbox_settings(
                settings, f"{settings.base_url}/stripe-webhook", base, control_token=keys.control_token
            )
        except ValueError as fault:
            _fail(str(fault))
        serve(create_sandbox(local), settings, listener, dates=False)  # type: ignore[arg-type]  # an ASGI app too


@main.command("seed")
def seed_shop() -> None:
    """Fill an empty shop with the demo catalogue and people."""
    settings = _settings()
    done = _with_db(settings, lambda db: seed(db, settings.currency))
    click.echo("The demo is in." if done else "The shop has products already: nothing was changed.")


@main.command("migrate")
def migrate() -> None:
    """Bring the database to this version's schema."""
    settings = _settings()
    _with_db(settings, lambda db: db.write(instance.establish, settings.currency, now()))
    click.echo("The schema is up to date.")


@main.command("verify")
@click.option(
    "--head", "noted", metavar="NUMBER:HASH", help="A head noted earlier, to prove nothing changed."
)
def verify_books(noted: str | None) -> None:
    """Recompute what must always hold; exit 1 and name the first bad row where it does not."""
    settings = _settings()
    try:
        report = verify.of_file(settings.database_url, verify.head_of(noted) if noted else None)
        told = asyncio.run(_compared(settings)) if report.holds else "not compared: the books come first"
    except (DatabaseError, ShopError) as fault:
        _fail(str(fault))
    report = report.plus(told) if isinstance(told, verify.Check) else report
    for check in report.checks:
        outcome = "ok" if check.broken is None else f"BROKEN: {check.broken}"
        click.echo(f"{check.invariant}  {check.sentence}: {outcome}")
    if isinstance(told, str):
        click.echo(f"Stripe's books were {told}.")
    click.echo(
        f"orders: {report.orders}, movements: {report.movements}, in review: {report.reviews}, "
        f"waiting for a person: {report.waiting_for_a_person}"
    )
    click.echo(f"head of the ledger: {report.head.seq}:{report.head.hash}")
    sys.exit(0 if report.holds else 1)


@main.command("doctor")
def examine() -> None:
    """Name what is wrong with this installation and what to do; exit 1 if there is anything."""
    given = environment()
    try:
        settings = read_settings(given)
        api = urlsplit(settings.stripe_api_base or "").hostname or ""
        found = asyncio.run(doctor.examine(settings, proxies(given, api)))
    except (SettingError, DatabaseError) as fault:
        found = [doctor.Finding("settings", str(fault))]
    for finding in found:
        click.echo(f"{finding.name}: {finding.sentence}")
    if found:
        sys.exit(1)
    click.echo("Nothing is wrong.")


@main.command("reconcile")
def reconcile() -> None:
    """Heal against Stripe all that can be healed now."""
    settings = _settings()
    report = _with_db(settings, lambda db: _reconcile(db, settings))
    click.echo(
        f"events booked: {report.events}, sessions read: {report.sessions}, tasks done: {report.tasks}, "
        f"differences left: {report.differences}"
    )


@main.command("export")
@click.argument("book", type=click.Choice(sorted(export.BOOKS)))
@click.option("--format", "style", type=click.Choice(["csv", "json"]), default="csv")
def export_book(book: str, style: str) -> None:
    """Write one of the books to standard output."""
    settings = _settings()
    _with_db(settings, lambda db: export.write(db, book, settings.currency, style, sys.stdout))


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would be changed.")
@click.option(
    "--stock",
    "way",
    type=click.Choice(["set", "add", "leave"]),
    default="leave",
    show_default=True,
    help="What the file's numbers of stock mean.",
)
def import_file(file: Path, way: str, *, dry_run: bool) -> None:
    """Import products from a CSV file, all or nothing: exit 1, and nothing imported, if a row is refused."""
    settings = _settings()
    url, currency, data = settings.database_url, settings.currency, file.read_bytes()
    _with_db(settings, lambda db: db.write(instance.establish, currency, now()))
    try:
        report = console.planned(data, url, currency)
    except ShopError as refusal:
        _fail(str(refusal))
    for note in report.notes:
        click.echo(note, err=True)
    for line in report.lines(way):
        click.echo(line)
    if report.refused:
        click.echo("Nothing was imported: every row must be right.", err=True)
        sys.exit(1)
    if not dry_run:
        _with_db(settings, lambda db: console.imported(db, url, currency, file.name, data, way))
        click.echo("Imported.")


@main.command("simulate")
@click.option("--seed", default=1, show_default=True, help="The same seed plans the same errands and faults.")
@click.option("--shoppers", default=20, show_default=True, type=click.IntRange(1, 500))
@click.option("--minutes", default=1.0, show_default=True, type=click.FloatRange(0.05, 24 * 60))
@click.option(
    "--report", "file", type=click.Path(dir_okay=False, path_type=Path), help="Where the page goes."
)
@click.option("--keep", is_flag=True, help="Keep the folder with the books and the logs.")
def simulate_shop(seed: int, shoppers: int, minutes: float, file: Path | None, *, keep: bool) -> None:
    """Let a crowd into a shop of its own, make things go wrong, and exit 1 if its books don't hold."""
    folder = Path(tempfile.mkdtemp(prefix="simulation-"))
    keys = local_keys(keys_path(_settings({"SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.db"})))
    admin = next((one.email, one.password) for one in SIGN_INS if one.role == "admin")
    options = simulate.Options(
        seed,
        shoppers,
        minutes,
        folder,
        keys.secret_key,
        keys.webhook_secret,
        keys.control_token,
        admin,
        environment(),
    )
    try:
        outcome = asyncio.run(simulate.simulate(options))
    except (ChildError, httpx.HTTPError) as fault:
        _fail(f"The simulation could not go on: {fault}. Its folder is {folder}.")
    file = file or Path(f"simulation-{seed}.html")
    file.write_text(simulate.html(outcome), encoding="utf-8")
    click.echo(simulate.text(outcome))
    click.echo(f"report: {file}")
    if keep:
        click.echo(f"books and logs: {folder}")
    else:
        shutil.rmtree(folder)
    sys.exit(0 if outcome.passed else 1)


@main.group("person")
def person() -> None:
    """People who can sign in."""


@person.command("add")
@click.option("--email", required=True)
@click.option("--name", default="")
@click.option("--role", type=click.Choice(["admin", "user"]), default="user", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add_person(email: str, name: str, role: str, *, password_stdin: bool) -> None:
    """Add a person, such as the first admin."""
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    _with_db(_settings(), lambda db: _add_person(db, email, name, role, password))
    click.echo(f"{email} is added as {role}.")


async def _add_person(db: Database, email: str, name: str, role: str, password: str) -> None:
    address = people.clean_email(email)
    people.check_new_password(password, address)
    hashed = await people.hash_password(password)
    await db.write(people.register, address, name or address.split("@")[0], hashed, now(), role=role)


async def _compared(settings: Settings) -> verify.Check | str:
    """Return how our books agree with Stripe's, or why that was not looked at."""
    if not settings.stripe_key:
        return "not compared: there is no STRIPE_SECRET_KEY"
    gateway = Gateway(settings.stripe_key, settings.stripe_api_base)

    async def read(function: Callable[[Tx, str], ledgers.Books], since: str, /) -> ledgers.Books:
        with snapshot(settings.database_url) as tx:
            return function(tx, since)

    try:
        found = await ledgers.compare(read, gateway, now())
    except StripeError as fault:
        return f"not compared: {fault}"
    finally:
        await gateway.close()
    lasting = next((one.text for one in found if not one.fresh), None)
    return verify.Check("I3", "each payment and refund is the same in Stripe's books", lasting)


async def _reconcile(db: Database, settings: Settings) -> jobs.Report:
    gateway = Gateway(settings.stripe_key, settings.stripe_api_base)
    try:
        return await jobs.reconcile(db, gateway, settings)
    finally:
        await gateway.close()


def _settings(given: dict[str, str] | None = None) -> Settings:
    try:
        return read_settings(environment() if given is None else given)
    except SettingError as fault:
        _fail(str(fault))


def _with_db(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        db = await Database.open(settings.database_url)
        try:
            return await work(db)
        finally:
            await db.close()

    try:
        return asyncio.run(run())
    except (DatabaseError, ShopError, StripeError) as fault:
        _fail(str(fault))


def _bind(host: str, port: int) -> socket.socket:
    try:
        return bind(host, port)
    except OSError as fault:
        _fail(f"Port {port} can't be used: {fault.strerror}. Choose another with --port.")


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)
