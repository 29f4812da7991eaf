"""Scanner calibration: targets, profiles and test decks."""
