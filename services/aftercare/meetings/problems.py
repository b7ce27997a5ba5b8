"""Why a file as a whole cannot be used, in words for the person who brought it."""

_WORDS = {
    "empty_file": "there is nothing in it",
    "not_text": "it is no text; save a workbook as CSV, unpack an archive",
    "markup": "it is a web page or XML, and often a page saying that the list is elsewhere now",
    "not_json": "it is neither whole JSON nor a sheet or calendar: it broke off, or has other text around it",
    "not_a_list": "it is JSON without a list of meetings in it",
    "no_header": "it is no sheet with a line of column names such as name, day and time",
    "not_a_calendar": "it is no calendar file",
    "permission_missing": "it is from SMART's finder, and SMART's permission is not recorded",
}


def in_words(problem: str) -> str:
    """A sentence's second half, with the code for whoever looks it up."""
    return f"{_WORDS[problem]} ({problem})" if problem in _WORDS else problem
