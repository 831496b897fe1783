"""The candidate's side: from a posting to its form, from the form to an application, from the link to its status."""
