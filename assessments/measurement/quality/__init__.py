"""Response quality: forms and raters that deserve a second look. Nothing here deletes an answer."""
