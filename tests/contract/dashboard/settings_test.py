"""Streamlit is set up so that it shows and sends nothing it must not, or the dashboard does not start."""

import tomllib
from pathlib import Path

import pytest
from streamlit import config

from services.dashboard import main


def test_our_own_file_says_what_is_required() -> None:
    written = tomllib.loads((Path(main.__file__).parent / ".streamlit" / "config.toml").read_text())
    for name, value in main.REQUIRED.items():
        section, option = name.split(".")
        assert written.get(section, {}).get(option, value) == value, name


def test_an_unsafe_setting_from_elsewhere_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(name: str) -> object:
        return True if name == "browser.gatherUsageStats" else main.REQUIRED[name]

    monkeypatch.setattr(config, "get_option", elsewhere)
    with pytest.raises(main.UnsafeSettings, match=r"browser\.gatherUsageStats"):
        main._refuse_unsafe_settings()


def test_no_page_keeps_personal_data_in_a_shared_cache() -> None:
    for source in Path(main.__file__).parent.rglob("*.py"):
        assert "st.cache" not in source.read_text(), source.name
