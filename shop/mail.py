"""Mail: a letter handed to the mail server, in a thread with time limits; nothing here knows the shop.

The same letter always carries the same Message-ID, so that one handed over twice is recognised as one.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from markupsafe import Markup, escape

from shop.clock import Instant, moment
from shop.config import LOOPBACK

T = TypeVar("T")

SECONDS = 10.0
"""How long each word of the mail server may take."""

_TWO_AT_ONCE = ThreadPoolExecutor(2, thread_name_prefix="letters")
_FOR_EVER = range(500, 600)


class MailError(Exception):
    """A letter that the mail server did not take; `final` if it never will."""

    def __init__(self, sentence: str, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.final = final


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is sent: to whom, what, and under which name it is known for ever."""

    id: str
    to: str
    subject: str
    text: str
    at: Instant


async def send(smtp_url: str, sender: str, letter: Envelope) -> None:
    """Hand a letter to the mail server. Raises MailError when it was not taken."""
    loop = asyncio.get_running_loop()
    message = compose(sender, letter)
    await loop.run_in_executor(_TWO_AT_ONCE, _hand_over, smtp_url, message)


async def greet(smtp_url: str) -> None:
    """Try the mail server without a letter. Raises MailError when one could not be sent now."""
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(_TWO_AT_ONCE, _hand_over, smtp_url, None)


def compose(sender: str, letter: Envelope) -> EmailMessage:
    """Return a letter as plain text with the same in simple HTML beside it.

    Raises MailError for an address that can't stand in a header.
    """
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    try:
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
    except (ValueError, IndexError, MessageError) as fault:
        raise MailError(f"This letter can't be addressed: {fault}.", final=True) from fault
    message["Date"] = format_datetime(moment(letter.at))
    message["Message-ID"] = f"<{letter.id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(_as_html(letter.text), subtype="html")
    return message


def _as_html(text: str) -> str:
    paragraphs = (paragraph.strip() for paragraph in text.split("\n\n"))
    body = "\n".join(_paragraph(one) for one in paragraphs if one)
    return f'<!doctype html>\n<html><meta charset="utf-8"><body>\n{body}\n</body></html>\n'


def _paragraph(text: str) -> str:
    lines = (_linked(line) for line in text.splitlines())
    return Markup("<p>{}</p>").format(Markup("<br>\n").join(lines))


def _linked(line: str) -> Markup:
    if line.startswith(("https://", "http://")) and " " not in line:
        return Markup('<a href="{0}">{0}</a>').format(line)
    return escape(line)


def _hand_over(smtp_url: str, message: EmailMessage | None) -> None:
    try:
        _say(smtp_url, lambda server: server.send_message(message) if message else server.noop())
    except smtplib.SMTPRecipientsRefused as refusal:
        code, said = next(iter(refusal.recipients.values()))
        raise MailError(_told(code, said), final=code in _FOR_EVER) from refusal
    except smtplib.SMTPAuthenticationError as refusal:
        # The setting will be mended; the letter is not at fault.
        raise MailError(_told(refusal.smtp_code, refusal.smtp_error)) from refusal
    except smtplib.SMTPResponseException as refusal:
        final = refusal.smtp_code in _FOR_EVER and isinstance(refusal, smtplib.SMTPDataError)
        raise MailError(_told(refusal.smtp_code, refusal.smtp_error), final=final) from refusal
    except (smtplib.SMTPException, OSError, ValueError) as fault:
        raise MailError(f"The mail server can't be reached: {type(fault).__name__}: {fault}") from fault


def _say(smtp_url: str, what: Callable[[smtplib.SMTP], T]) -> T:
    parts = urlsplit(smtp_url)
    host, safe = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=safe)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
    with server:
        # A password never crosses a network in the clear: beyond this machine there is no way without TLS.
        if parts.scheme == "smtp" and host not in LOOPBACK:
            server.starttls(context=safe)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return what(server)


def _told(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"The mail server answered {code}: {' '.join(text.split())}"
