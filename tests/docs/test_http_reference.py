"""The reference page of the HTTP API is generated from the OpenAPI document."""

from tools.http_reference import PAGE, page


def test_page_agrees_with_the_openapi_document():
    """After a change of a route, `python -m tools.http_reference` updates the page."""
    assert PAGE.read_text() == page()
