"""The demo city: Maison Orane in Göteborg, its people, its pieces and its days, from one seed."""
