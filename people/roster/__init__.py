"""People in files: import with a preview, all or nothing, and the export that reads back equal."""
