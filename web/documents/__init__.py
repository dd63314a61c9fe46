"""Documents: PDF set by typst from templates in templates/documents."""
