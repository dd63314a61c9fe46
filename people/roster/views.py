"""Pages that take people in from files and give them out."""

from flask import Blueprint

blueprint = Blueprint("roster", __name__)
