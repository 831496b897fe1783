"""Staff accounts and their rights."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.problems import problems
from screening.forms.users import ResetForm, RightsForm, RoleForm, UserForm
from screening.models import Role, User
from screening.policy import Permission
from screening.queries.users import list_rights, list_users
from screening.services.accounts import (
    EmailTakenError,
    InvalidEmailError,
    LastAdminError,
    PasswordError,
    change_role,
    close_account,
    create_user,
    grant_posting,
    propose_password,
    reopen_account,
    reset_password,
    revoke_posting,
)
from screening.web.access import actor, needs, now
from screening.web.auth.passwords import explain
from screening.web.labels import ROLES
from screening.web.toasts import toast

blueprint = Blueprint("users", __name__, url_prefix="/staff/users")

START_PASSWORD = "start_password"  # noqa: S105 - the name of a session entry


@blueprint.get("/")
@needs(Permission.USERS_MANAGE)
def index() -> ResponseReturnValue:
    """List the accounts."""
    return render_template("admin/users.html", users=list_users(db.session), roles=ROLES)


@blueprint.get("/new")
@needs(Permission.USERS_MANAGE)
def new() -> ResponseReturnValue:
    """Ask for a new account's name, address and role."""
    return _new_page(UserForm())


@blueprint.post("/new")
@needs(Permission.USERS_MANAGE)
def create() -> ResponseReturnValue:
    """Make an account; its start password is shown once on the next page."""
    form = UserForm()
    if not form.validate_on_submit():
        return _new_page(form, 422)
    password = form.password.data or propose_password()
    try:
        user = create_user(
            db.session,
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            password=password,
            actor_id=actor().id,
            now=now(),
        )
    except EmailTakenError:
        form.email.errors = [_("Somebody already has an account with this address.")]
    except InvalidEmailError:
        form.email.errors = [_("Enter an address such as name@company.com.")]
    except PasswordError as error:
        form.password.errors = [explain(error)]
    if form.errors:
        return _new_page(form, 422)
    db.session.commit()
    _show_once(user, password, typed=bool(form.password.data))
    toast(_("The account of %(name)s is open.", name=user.name))
    return redirect(url_for("users.show", user_id=user.id), 303)


@blueprint.get("/<int:user_id>")
@needs(Permission.USERS_MANAGE, of=User)
def show(user: User) -> ResponseReturnValue:
    """Show one account: role, rights, password, closing."""
    return _page(user)


@blueprint.post("/<int:user_id>/role")
@needs(Permission.USERS_MANAGE, of=User)
def role(user: User) -> ResponseReturnValue:
    """Change what somebody does."""
    form = RoleForm()
    if not form.validate_on_submit():
        return _page(user, 422, role=form)
    try:
        change_role(db.session, user=user, role=Role(form.role.data), actor_id=actor().id, now=now())
    except LastAdminError:
        form.role.errors = [_last_admin()]
        return _page(user, 422, role=form)
    db.session.commit()
    toast(_("%(name)s: the role is now %(role)s.", name=user.name, role=ROLES[user.role]))
    return _back(user)


@blueprint.post("/<int:user_id>/rights")
@needs(Permission.USERS_MANAGE, of=User)
def rights(user: User) -> ResponseReturnValue:
    """Give and take rights, so that they are exactly the ticked postings."""
    form = RightsForm()
    wanted = set(form.postings.data or []) if form.validate_on_submit() else set()
    for row in list_rights(db.session, user.id):
        act = grant_posting if row.posting_id in wanted else revoke_posting
        act(db.session, posting_id=row.posting_id, user_id=user.id, actor_id=actor().id, now=now())
    db.session.commit()
    toast(_("The rights of %(name)s are saved.", name=user.name))
    return _back(user)


@blueprint.post("/<int:user_id>/password")
@needs(Permission.USERS_MANAGE, of=User)
def password(user: User) -> ResponseReturnValue:
    """Give somebody a new start password; all their sessions end."""
    form = ResetForm()
    chosen = form.password.data or propose_password()
    try:
        reset_password(db.session, user=user, password=chosen, actor_id=actor().id, now=now())
    except PasswordError as error:
        form.password.errors = [explain(error)]
        return _page(user, 422, reset=form)
    db.session.commit()
    _show_once(user, chosen, typed=bool(form.password.data))
    toast(_("%(name)s has a new start password and is signed out everywhere.", name=user.name))
    return _back(user)


@blueprint.post("/<int:user_id>/close")
@needs(Permission.USERS_MANAGE, of=User)
def close(user: User) -> ResponseReturnValue:
    """Let somebody sign in no more."""
    try:
        close_account(db.session, user=user, actor_id=actor().id, now=now())
    except LastAdminError:
        form = RoleForm(formdata=None, data={"role": user.role.value})
        form.role.errors = [_last_admin()]
        return _page(user, 422, role=form)
    db.session.commit()
    toast(_("The account of %(name)s is closed. What they wrote stays.", name=user.name))
    return _back(user)


@blueprint.post("/<int:user_id>/reopen")
@needs(Permission.USERS_MANAGE, of=User)
def reopen(user: User) -> ResponseReturnValue:
    """Let somebody sign in again."""
    reopen_account(db.session, user=user, actor_id=actor().id, now=now())
    db.session.commit()
    toast(_("The account of %(name)s is open again.", name=user.name))
    return _back(user)


def _show_once(user: User, password: str, *, typed: bool) -> None:
    """Keep a made password for the next page; one that the admin typed is known already."""
    if not typed:
        session[START_PASSWORD] = [user.id, password]


def _last_admin() -> str:
    return _("This is the only admin who can sign in. Make somebody else an admin first.")


def _back(user: User) -> ResponseReturnValue:
    return redirect(url_for("users.show", user_id=user.id), 303)


def _new_page(form: UserForm, status: int = 200) -> tuple[str, int]:
    return render_template("admin/new_user.html", form=form, errors=problems(form)), status


def _page(
    user: User, status: int = 200, *, role: RoleForm | None = None, reset: ResetForm | None = None
) -> tuple[str, int]:
    role = role or RoleForm(formdata=None, data={"role": user.role.value})
    reset = reset or ResetForm(formdata=None)
    kept, start = session.pop(START_PASSWORD, [None, None])
    page = render_template(
        "admin/user.html",
        user=user,
        role=role,
        reset=reset,
        rights=list_rights(db.session, user.id),
        errors=problems(role) + problems(reset),
        start_password=start if kept == user.id else None,
        roles=ROLES,
    )
    return page, status
