"""Everything kept about one person: finding them, giving it to them, and erasing it."""
