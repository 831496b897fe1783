"""Settings: read once from the environment and ``instance/config.toml``, then handed on as one frozen value."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# The kernel's limit for the path of a Unix socket is 108 bytes on Linux and 104 on macOS.
LONGEST_SOCKET_PATH = 100
MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""How a mail server may be named, and the usual port of each way."""


class ConfigError(Exception):
    """A setting that cannot be used; the text says which one and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations. Sizes in bytes, times in seconds."""

    instance: Path
    database_url: str
    broker_url: str
    secret_key: str
    public_url: str | None = None
    listens_at: str | None = None
    """Where ``serve`` listens: links in mails that no page asked for lead there as long as no public_url is set."""
    company_zh: str = "远山智能"
    company_en: str = "Yuanshan AI"
    time_zone: str = "Asia/Shanghai"
    secure_cookies: bool = False
    demo: bool = False
    smtp_url: str | None = None
    mail_from: str = "screening@localhost"
    resume_bytes: int = 10 * 1024 * 1024
    request_bytes: int = 16 * 1024 * 1024
    most_roles: int = 3
    """So many postings may be applied for with one form."""
    form_seconds: float = 3.0
    """An application form that comes back sooner is asked about once; 0 asks about none."""
    remind_after_hours: float = 1.0
    """So long after its end an interview's scorecard is first asked for."""
    escalate_after_hours: float = 24.0
    """So long after a scorecard was due its recruiters are told."""
    form_bytes: int = 64 * 1024 * 1024
    """An application form is read up to here, so that a file that is too large comes back as an error beside its field."""

    def company_in(self, locale: str) -> str:
        """Give the company's name in a language, "zh" or "en"."""
        return self.company_zh if locale == "zh" else self.company_en

    @property
    def base_url(self) -> str | None:
        """Address that a link in a mail begins with when no page asked for it; None where nobody has named one."""
        return self.public_url or self.listens_at

    @property
    def voluntary_key(self) -> bytes:
        """Key that ties voluntary answers to applications: made from the secret for this purpose and no other."""
        return hmac.digest(self.secret_key.encode(), b"voluntary answers", "sha256")

    @property
    def uploads(self) -> Path:
        """Folder of the candidates' files."""
        return self.instance / "uploads"

    @property
    def embedded_socket(self) -> Path | None:
        """Socket of the embedded broker, or None when a broker was named in the settings."""
        path = broker_socket(self.instance)
        return path if self.broker_url == f"redis+socket://{path}" else None


def load_settings(environ: Mapping[str, str] = os.environ, *, instance: Path | None = None) -> Settings:
    """Read the settings and make the instance folder; raise ConfigError with one sentence when that fails.

    ``SCREENING_*`` variables win over ``config.toml``. The secret key is made on the first start and kept in the
    instance folder with mode 0600.
    """
    folder = (instance or Path(environ.get("SCREENING_INSTANCE", "instance"))).resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "uploads").mkdir(mode=0o700, exist_ok=True)
        secret = environ.get("SCREENING_SECRET_KEY") or _kept_secret(folder / "secret_key")
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be written ({error.strerror}). Set SCREENING_INSTANCE to one that can."
        ) from error
    file = _read_toml(folder / "config.toml")

    def setting(name: str, default: str) -> str:
        return environ.get(f"SCREENING_{name.upper()}") or str(file.get(name, default))

    return Settings(
        instance=folder,
        database_url=setting("database_url", f"sqlite:///{folder / 'screening.sqlite3'}"),
        broker_url=setting("broker_url", f"redis+socket://{broker_socket(folder)}"),
        secret_key=secret,
        public_url=setting("public_url", "") or None,
        listens_at=environ.get("SCREENING_LISTENS_AT") or None,
        company_zh=setting("company_zh", "远山智能"),
        company_en=setting("company_en", "Yuanshan AI"),
        time_zone=setting("time_zone", "Asia/Shanghai"),
        secure_cookies=setting("secure_cookies", "0") in {"1", "true", "True"},
        demo=setting("demo", "0") in {"1", "true", "True"},
        smtp_url=_mail_server(setting("smtp_url", "")),
        mail_from=setting("mail_from", "screening@localhost"),
        form_seconds=_number("form_seconds", setting("form_seconds", "3"), "seconds", 60),
        remind_after_hours=_number("remind_after_hours", setting("remind_after_hours", "1"), "hours", 240),
        escalate_after_hours=_number("escalate_after_hours", setting("escalate_after_hours", "24"), "hours", 240),
        most_roles=_few(setting("most_roles", "3")),
    )


def broker_socket(instance: Path) -> Path:
    """Give the embedded broker's socket: inside the instance folder, or in a private folder of its own where that path is longer than a socket's may be."""
    path = instance / "valkey" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    mark = hashlib.sha256(os.fsencode(instance)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"screening-{os.getuid()}-{mark}" / "valkey.sock"


def _mail_server(url: str) -> str | None:
    """Check the address of the mail server, which may hold a password and so is never repeated in an error."""
    if not url:
        return None
    parts = urlsplit(url)
    try:
        usable = parts.scheme in MAIL_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            "smtp_url is no address of a mail server. Write it so: smtp+starttls://user:password@mail.example.com:587"
        )
    return url


def _few(text: str) -> int:
    """Read how many postings one form may apply for."""
    if text not in {str(number) for number in range(1, 11)}:
        raise ConfigError(f"most_roles is {text!r}. Write a whole number from 1 to 10.")
    return int(text)


def _number(name: str, text: str, unit: str, most: int) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise ConfigError(f"{name} is {text!r}. Set a number of {unit} from 0 to {most}.")
    return number


def _read_toml(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not readable as TOML: {error}") from error


def _kept_secret(path: Path) -> str:
    """Two processes that start at once must end with one secret: the first link wins, a half-written file is never seen."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), "utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("utf-8").strip()
