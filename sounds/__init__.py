"""The renderer of the loops: four kits of seven, composed as data, made of nothing but arithmetic.

Every buffer here is exactly one loop long and is one period of an endless sound. Notes are added
modulo the loop, linear effects are products in the loop's own spectrum (the steady state of the
effect fed with the endless loop), non-linear ones keep no memory across the seam. So the seam is
an ordinary sample boundary by construction and nothing is ever cut or faded.

``python -m sounds`` writes the FLAC files and their manifest into the app's static files;
``python -m sounds --check`` says whether they are what the data would give.
"""
