"""The roof: settings, urls, wiring, navigation, processes, command line."""
