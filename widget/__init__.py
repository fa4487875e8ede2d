"""The visitor's side: settings, loader, frame and texts."""
