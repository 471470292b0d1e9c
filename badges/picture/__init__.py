"""The picture of a badge, composed from shape, colour, symbol and level. Pure: no database, no pages, no words.

A picture holds no text: fonts differ from machine to machine. What it shows is said in words by the pages.
"""
