"""The first page after signing in."""

from flask import Blueprint, render_template

from people.roles.guards import signed_in

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def index() -> str:
    """Show what waits for the reader."""
    return render_template("review/home/index.html")
