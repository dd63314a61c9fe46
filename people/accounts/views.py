"""Pages for signing in and out, the password and the language."""

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from people.accounts.actions import (
    accept_invitation,
    change_password,
    confirm_session,
    end_session,
    hashed,
    is_password_right,
    require_strong,
    set_language,
    start_session,
    verified_account,
)
from people.accounts.errors import InvitationNotUsableError, WrongCredentialsError
from people.accounts.forms import AcceptInvitationForm, ChangePasswordForm, ConfirmPasswordForm, SignInForm
from people.accounts.models import Account
from people.accounts.queries import usable_invitation, viewer_of
from people.roles.guards import current_viewer, open_to_all, signed_in
from web.addresses import own_address
from web.database import db, utc_now
from web.errors import SteelyardError
from web.language import LANGUAGE_COOKIE, LANGUAGE_NAMES
from web.limits import limiter
from web.transactions import in_transaction

blueprint = Blueprint("accounts", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@limiter.limit("60 per 5 minutes", methods=["POST"])
@limiter.limit("10 per 5 minutes", methods=["POST"], key_func=lambda: f"login:{request.form.get('login', '')[:254]}")
def sign_in() -> Answer:
    """Ask for name and password, and begin a session."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            return _signed_in_as(verified_account(form.login.data, form.password.data), form.next.data)
        except WrongCredentialsError as error:
            form.show(error)
    elif form.is_submitted():
        form.status = 422
    return render_template("people/accounts/sign_in.html", form=form, cast=_cast()), form.status


def _cast() -> list[dict[str, str]]:
    introduce = current_app.extensions.get("demonstration_cast")
    return introduce() if introduce is not None else []


def _signed_in_as(account: Account, next_address: str | None) -> Response:
    token = in_transaction(lambda: start_session(account))
    # A new cookie for a new session: what an earlier visitor of this browser held is worth nothing.
    session.clear()
    login_user(viewer_of(token))
    return redirect(own_address(next_address, url_for("home.index")), 303)


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Answer:
    """End this session."""
    token = current_viewer().session_token
    in_transaction(lambda: end_session(token))
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.route("/confirm-password", methods=["GET", "POST"])
@signed_in
@limiter.limit("10 per 5 minutes", methods=["POST"])
def confirm_password() -> Answer:
    """Ask for the password again before something dear."""
    form = ConfirmPasswordForm(next=request.args.get("next", ""))
    viewer = current_viewer()
    if form.validate_on_submit():
        if is_password_right(db.session.get(Account, viewer.account_id), form.password.data):
            in_transaction(lambda: confirm_session(viewer.session_token))
            return redirect(own_address(form.next.data, url_for("home.index")), 303)
        form.show(WrongCredentialsError())
    return render_template("people/accounts/confirm_password.html", form=form), form.status


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
@limiter.limit("10 per 5 minutes", methods=["POST"])
def password() -> Answer:
    """Change one's own password."""
    form = ChangePasswordForm()
    viewer = current_viewer()
    account = db.session.get_one(Account, viewer.account_id)
    if form.validate_on_submit():
        try:
            _change(account, form.password.data, form.new_password.data, viewer.session_token)
            return redirect(url_for("home.index"), 303)
        except SteelyardError as error:
            form.show(error)
    return render_template("people/accounts/password.html", form=form), form.status


def _change(account: Account, present: str, new: str, token: str) -> None:
    if not is_password_right(account, present):
        raise WrongCredentialsError
    require_strong(new, account)
    new_hash = hashed(new)
    in_transaction(lambda: change_password(db.session.get_one(Account, account.id), new_hash, except_token=token))


@blueprint.route("/invitation/<string(length=43):token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit("30 per 5 minutes")
def invitation(token: str) -> Answer:
    """Set the first password with the link from the invitation."""
    found = usable_invitation(token, utc_now())
    if found is None:
        raise InvitationNotUsableError
    form = AcceptInvitationForm()
    if form.validate_on_submit():
        try:
            require_strong(form.new_password.data, found.account)
            new_hash = hashed(form.new_password.data)
            return _signed_in_as(in_transaction(lambda: accept_invitation(token, new_hash)), None)
        except SteelyardError as error:
            form.show(error)
    return render_template("people/accounts/invitation.html", form=form, account=found.account), form.status


@blueprint.post("/language/<string(length=2):language>")
@open_to_all
def language(language: str) -> Answer:
    """Switch between Chinese and English, here and, when signed in, for good."""
    response = redirect(own_address(request.form.get("next"), url_for("home.index")), 303)
    if language not in LANGUAGE_NAMES:
        return response
    if current_user.is_authenticated:
        account_id = current_viewer().account_id
        in_transaction(lambda: set_language(db.session.get_one(Account, account_id), language))
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=31536000, secure=secure, httponly=True, samesite="Lax")
    return response
