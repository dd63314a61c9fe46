"""Flask, SQLAlchemy, WTForms and friends made ready for this product; knows nothing of people or reviews."""
