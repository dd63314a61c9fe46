"""Pages for signing in and out, the password, the language and one's own sessions."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.exceptions import NotFound
from werkzeug.user_agent import UserAgent
from werkzeug.wrappers import Response

from people.accounts.actions import (
    accept_invitation,
    change_password,
    confirm_session,
    end_other_sessions,
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
from people.accounts.queries import account_with_public_id, digest_of, live_sessions_of, usable_invitation, viewer_of
from people.roles.guards import current_viewer, open_to_all, signed_in
from web.addresses import own_address
from web.database import db, utc_now
from web.errors import SteelyardError
from web.language import LANGUAGE_COOKIE, LANGUAGE_NAMES
from web.language import gettext as _
from web.limits import limiter
from web.settings import Mode
from web.texts import unique_key
from web.transactions import in_transaction

blueprint = Blueprint("accounts", __name__)
Answer = str | Response | tuple[str, int]
BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")


def _failed(response: Response) -> bool:
    """Only what failed counts against the limits: whoever gets in is not guessing."""
    return response.status_code != 303


def _login_tried() -> str:
    return "login:" + digest_of(unique_key(request.form.get("login", "")[:254]))


def _login_tried_from_here() -> str:
    return f"{_login_tried()}:{request.remote_addr}"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@limiter.limit("100 per 5 minutes", methods=["POST"], deduct_when=_failed)
@limiter.limit("10 per 5 minutes", methods=["POST"], key_func=_login_tried_from_here, deduct_when=_failed)
@limiter.limit("50 per 5 minutes", methods=["POST"], key_func=_login_tried, deduct_when=_failed)
def sign_in() -> Answer:
    """Ask for name and password, and begin a session."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        try:
            return _signed_in_as(verified_account(str(form.login.data), str(form.password.data)), form.next.data)
        except WrongCredentialsError as error:
            form.show(error)
    elif form.is_submitted():
        form.status = 422
    return render_template("people/accounts/sign_in.html", form=form, cast=_cast()), form.status


@blueprint.post("/sign-in/as/<public_id:account_id>")
@open_to_all
def become(account_id: str) -> Answer:
    """Be one of the demonstration's people by one click; there is no such page anywhere else."""
    account = account_with_public_id(account_id)
    shown = {row["account_id"] for row in _cast()}
    if current_app.config["SETTINGS"].mode is not Mode.DEMONSTRATION or account is None or account_id not in shown:
        raise NotFound
    return _signed_in_as(account, request.form.get("next"))


def _cast() -> list[dict[str, str]]:
    introduce = current_app.extensions.get("demonstration_cast")
    if introduce is None or current_app.config["SETTINGS"].mode is not Mode.DEMONSTRATION:
        return []
    return list(introduce())


def _signed_in_as(account: Account, next_address: str | None) -> Response:
    browser, earlier = _browser_of(request.user_agent), current_user.get_id()
    token = in_transaction(lambda: start_session(account, browser, replaces=earlier))
    _hold(token)
    return redirect(own_address(next_address, url_for("home.index")), 303)


def _hold(token: str) -> None:
    """Let this browser hold a session's token; what an earlier visitor of it held is worth nothing."""
    session.clear()
    login_user(viewer_of(token))


def _browser_of(agent: UserAgent) -> str:
    """Roughly which browser on which system, for the list of one's sessions; nothing finer is kept."""
    browser = next((name for name in BROWSERS if name in agent.string), "")
    system = next((name for name in SYSTEMS if name in agent.string), "")
    names = {"Edg": "Edge", "Macintosh": "Mac"}
    return " · ".join(names.get(part, part) for part in (browser, system) if part)


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
@limiter.limit("10 per 5 minutes", methods=["POST"], deduct_when=_failed)
def confirm_password() -> Answer:
    """Ask for the password again before something dear."""
    form = ConfirmPasswordForm(next=request.args.get("next", ""))
    viewer = current_viewer()
    if form.validate_on_submit():
        if is_password_right(db.session.get(Account, viewer.account_id), str(form.password.data)):
            _hold(in_transaction(lambda: confirm_session(viewer.session_token)))
            return redirect(own_address(form.next.data, url_for("home.index")), 303)
        form.show(WrongCredentialsError())
    elif form.is_submitted():
        form.status = 422
    return render_template("people/accounts/confirm_password.html", form=form), form.status


@blueprint.get("/account")
@signed_in
def own_account() -> str:
    """Show one's own account: sign-in name, language, and where one is signed in."""
    viewer = current_viewer()
    account = db.session.get_one(Account, viewer.account_id)
    sessions = live_sessions_of(account.id, utc_now())
    here = digest_of(viewer.session_token)
    return render_template("people/accounts/own_account.html", account=account, sessions=sessions, here=here)


@blueprint.post("/account/end-other-sessions")
@signed_in
def end_others() -> Answer:
    """Sign out everywhere else."""
    viewer = current_viewer()
    in_transaction(lambda: end_other_sessions(db.session.get_one(Account, viewer.account_id), viewer.session_token))
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("accounts.own_account"), 303)


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
@limiter.limit("10 per 5 minutes", methods=["POST"], deduct_when=_failed)
def password() -> Answer:
    """Change one's own password."""
    form = ChangePasswordForm()
    viewer = current_viewer()
    account = db.session.get_one(Account, viewer.account_id)
    if form.validate_on_submit():
        try:
            _change(account, str(form.password.data), str(form.new_password.data), viewer.session_token)
            return redirect(url_for("accounts.own_account"), 303)
        except SteelyardError as error:
            form.show(error)
    elif form.is_submitted():
        form.status = 422
    return render_template("people/accounts/password.html", form=form), form.status


def _change(account: Account, present: str, new: str, token: str) -> None:
    if not is_password_right(account, present):
        raise WrongCredentialsError
    new_hash, account_id = _hash_of_new(new, account), account.id
    _hold(in_transaction(lambda: change_password(db.session.get_one(Account, account_id), new_hash, token=token)))
    flash(_("Your password is changed. You are signed out everywhere else."), "success")


def _hash_of_new(password: str, account: Account) -> str:
    require_strong(password, account)
    # The connection goes back before the slow part.
    db.session.rollback()
    return hashed(password)


@blueprint.route("/invitation/<string(length=43):token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit("30 per 5 minutes", deduct_when=_failed)
def invitation(token: str) -> Answer:
    """Set the first password with the link from the invitation."""
    found = usable_invitation(token, utc_now())
    if found is None:
        raise InvitationNotUsableError
    form = AcceptInvitationForm()
    if form.validate_on_submit():
        try:
            new_hash = _hash_of_new(str(form.new_password.data), found.account)
            return _signed_in_as(in_transaction(lambda: accept_invitation(token, new_hash)), None)
        except SteelyardError as error:
            form.show(error)
    elif form.is_submitted():
        form.status = 422
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
