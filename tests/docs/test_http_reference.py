"""The page of the HTTP API is the service's own document."""

from tools.http_reference import PAGE, page


def test_the_page_is_what_the_service_documents():
    """After a change of a route: `python -m tools.http_reference`."""
    assert PAGE.read_text() == page()
