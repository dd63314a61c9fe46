"""How a person signs in: accounts apart from persons, and sessions that live on the server."""
