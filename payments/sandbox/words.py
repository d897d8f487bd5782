"""What the card page says, in the languages it speaks."""

import re
from decimal import Decimal

from babel.core import Locale
from babel.numbers import format_currency, get_currency_precision

from .store import Doc

EN = {
    "lang": "en",
    "sandbox": "Sandbox: no card is charged and no money moves.",
    "back": "Back to {house}",
    "this_house": "the shop",
    "hold_title": "A hold on your card",
    "hold_lead": "Held, not charged. You pay only for what you keep; the rest is released.",
    "save_title": "Keep your card",
    "save_lead": "Nothing is held today. The card is kept for when your visit is near.",
    "pay_title": "Pay for what you kept",
    "pay_lead": "This amount is charged now. Nothing else is held.",
    "pay_sum": "Charged to your card",
    "pay_button": "Pay {amount}",
    "another_pay": "Nothing is charged. You can try another card.",
    "bank_pay": "{house} asks to charge {amount} to the card ending {last4}.",
    "expired_pay_lead": "It was open for a limited time. Nothing was charged to your card.",
    "held_sum": "Held on your card",
    "your_card": "Your card",
    "number": "Card number",
    "expiry": "Expiry",
    "expiry_hint": "MM / YY",
    "cvc": "Security code",
    "cvc_hint": "3 digits on the back, 4 on American Express",
    "name": "Name on the card",
    "email": "Email",
    "hold_button": "Hold {amount}",
    "save_button": "Keep this card",
    "not_now": "Not now, go back",
    "error": "Error",
    "fix": "Please look at this once more",
    "number_missing": "Enter the card number.",
    "number_digits": "The card number has digits only, 12 to 19 of them.",
    "number_luhn": "That number is not right: a digit may be missing or swapped.",
    "number_not_test": "This is a sandbox: use one of the test cards, never a real card.",
    "expiry_missing": "Enter when the card expires.",
    "expiry_shape": "Write the expiry as month and year, such as 08 / 29.",
    "expiry_past": "This card has expired.",
    "expiry_far": "That year is too far away.",
    "cvc_missing": "Enter the security code.",
    "cvc_digits": "The security code has 3 digits.",
    "cvc_digits_4": "The security code of this card has 4 digits.",
    "name_missing": "Enter the name on the card.",
    "email_missing": "Enter an email address, such as name@example.com.",
    "another": "Nothing is held. You can try another card.",
    "bank_refused": "You said no to your bank.",
    "refused_generic_decline": "Your bank declined this card.",
    "refused_insufficient_funds": "There is not enough on this card for the hold.",
    "refused_expired_card": "Your bank says that this card has expired.",
    "refused_incorrect_cvc": "Your bank says that the security code is wrong.",
    "refused_processing_error": "Your bank could not answer just now.",
    "bank_title": "Your bank asks if this is you",
    "bank_lead": "A real bank would ask in its app. Here you answer for it.",
    "bank_what": "{house} asks to hold {amount} on the card ending {last4}.",
    "bank_save": "{house} asks to keep the card ending {last4} for later.",
    "bank_yes": "Yes, it is me",
    "bank_no": "No, refuse",
    "expired_title": "This page has closed",
    "expired_lead": "It was open for a limited time. Nothing is held on your card.",
    "done_title": "All done here",
    "done_lead": "Your card was taken. You can go on.",
    "go_on": "Go on",
    "unknown_title": "There is no such page",
    "unknown_lead": "The link may be cut short. Go back to the shop and try again.",
    "cards_title": "Test cards",
    "cards_lead": "Any future expiry and any security code will do. Choose one to fill it in.",
    "use": "Fill in",
    "ok": "Goes through",
    "asks": "Your bank asks first",
    "asks_always": "Your bank asks first, and again when you are away",
    "asks_then_no_funds": "Your bank asks first, then says too little is there",
    "generic_decline": "Is declined",
    "insufficient_funds": "Has too little on it",
    "expired_card": "Has expired, says the bank",
    "incorrect_cvc": "Has another security code",
    "processing_error": "The bank cannot answer",
    "fails_later": "Can be kept, but every hold fails",
    "capture_fails": "Is held, but the hold is gone when it is charged",
    "capture_fails_broke": "The same, and a later charge finds too little",
    "disputes": "Is charged, then the charge is disputed",
    "inquires": "Is charged, then the bank asks what it was",
    "refund_pends": "A refund takes an hour",
    "refund_fails": "A refund fails after an hour",
    "mastercard": "Goes through, Mastercard",
    "amex": "Goes through, American Express",
}

SV = {
    "lang": "sv",
    "sandbox": "Testmiljö: inget kort debiteras och inga pengar flyttas.",
    "back": "Tillbaka till {house}",
    "this_house": "butiken",
    "hold_title": "Reservera på ditt kort",
    "hold_lead": "Reserveras, dras inte. Du betalar bara det du behåller; resten släpps.",
    "save_title": "Spara ditt kort",
    "save_lead": "Inget reserveras i dag. Kortet sparas tills ditt besök närmar sig.",
    "pay_title": "Betala det du behöll",
    "pay_lead": "Beloppet dras nu. Inget annat reserveras.",
    "pay_sum": "Dras från ditt kort",
    "pay_button": "Betala {amount}",
    "another_pay": "Inget har dragits. Du kan prova ett annat kort.",
    "bank_pay": "{house} vill dra {amount} från kortet som slutar på {last4}.",
    "expired_pay_lead": "Den var öppen en begränsad tid. Inget har dragits från ditt kort.",
    "held_sum": "Reserveras på ditt kort",
    "your_card": "Ditt kort",
    "number": "Kortnummer",
    "expiry": "Giltigt till",
    "expiry_hint": "MM / ÅÅ",
    "cvc": "Säkerhetskod",
    "cvc_hint": "3 siffror på baksidan, 4 på American Express",
    "name": "Namn på kortet",
    "email": "E-post",
    "hold_button": "Reservera {amount}",
    "save_button": "Spara kortet",
    "not_now": "Inte nu, gå tillbaka",
    "error": "Fel",
    "fix": "Titta på detta en gång till",
    "number_missing": "Skriv kortnumret.",
    "number_digits": "Kortnumret har bara siffror, 12 till 19 stycken.",
    "number_luhn": "Numret stämmer inte: en siffra kan saknas eller ha bytt plats.",
    "number_not_test": "Detta är en testmiljö: använd ett testkort, aldrig ett riktigt kort.",
    "expiry_missing": "Skriv när kortet går ut.",
    "expiry_shape": "Skriv månad och år, till exempel 08 / 29.",
    "expiry_past": "Kortet har gått ut.",
    "expiry_far": "Det året ligger för långt bort.",
    "cvc_missing": "Skriv säkerhetskoden.",
    "cvc_digits": "Säkerhetskoden har 3 siffror.",
    "cvc_digits_4": "Det här kortets säkerhetskod har 4 siffror.",
    "name_missing": "Skriv namnet på kortet.",
    "email_missing": "Skriv en e-postadress, till exempel namn@example.com.",
    "another": "Inget är reserverat. Du kan prova ett annat kort.",
    "bank_refused": "Du sade nej till din bank.",
    "refused_generic_decline": "Din bank nekade kortet.",
    "refused_insufficient_funds": "Det finns inte tillräckligt på kortet.",
    "refused_expired_card": "Din bank säger att kortet har gått ut.",
    "refused_incorrect_cvc": "Din bank säger att säkerhetskoden är fel.",
    "refused_processing_error": "Din bank kunde inte svara just nu.",
    "bank_title": "Din bank frågar om det är du",
    "bank_lead": "En riktig bank frågar i sin app. Här svarar du i dess ställe.",
    "bank_what": "{house} vill reservera {amount} på kortet som slutar på {last4}.",
    "bank_save": "{house} vill spara kortet som slutar på {last4}.",
    "bank_yes": "Ja, det är jag",
    "bank_no": "Nej, neka",
    "expired_title": "Sidan har stängt",
    "expired_lead": "Den var öppen en begränsad tid. Inget är reserverat på ditt kort.",
    "done_title": "Klart här",
    "done_lead": "Kortet är mottaget. Du kan gå vidare.",
    "go_on": "Gå vidare",
    "unknown_title": "Sidan finns inte",
    "unknown_lead": "Länken kan vara avkortad. Gå tillbaka till butiken och försök igen.",
    "cards_title": "Testkort",
    "cards_lead": "Valfritt framtida datum och valfri säkerhetskod. Välj ett för att fylla i det.",
    "use": "Fyll i",
    "ok": "Går igenom",
    "asks": "Banken frågar först",
    "asks_always": "Banken frågar först, och igen när du inte är med",
    "asks_then_no_funds": "Banken frågar först, sedan räcker pengarna inte",
    "generic_decline": "Nekas",
    "insufficient_funds": "Har för lite på kontot",
    "expired_card": "Har gått ut, säger banken",
    "incorrect_cvc": "Har en annan säkerhetskod",
    "processing_error": "Banken kan inte svara",
    "fails_later": "Kan sparas, men varje reservation nekas",
    "capture_fails": "Reserveras, men är släppt när det ska dras",
    "capture_fails_broke": "Likaså, och senare räcker pengarna inte",
    "disputes": "Dras, sedan bestrids köpet",
    "inquires": "Dras, sedan frågar banken vad det var",
    "refund_pends": "En återbetalning tar en timme",
    "refund_fails": "En återbetalning misslyckas efter en timme",
    "mastercard": "Går igenom, Mastercard",
    "amex": "Går igenom, American Express",
}

LANGUAGES = {"en": EN, "sv": SV}


def choose(locale: str | None, accepted: str) -> dict[str, str]:
    """The words for a page: its own language, else the first her browser likes, else English."""
    wanted = [locale] if locale and locale != "auto" else accepted.split(",")
    for each in wanted:
        words = LANGUAGES.get(each.strip().partition(";")[0].partition("-")[0].lower())
        if words is not None:
            return words
    return EN


def amount(minor: int, currency: str, language: str) -> str:
    """An amount as she would write it; without decimals when there are none to say."""
    currency = currency.upper()
    places = get_currency_precision(currency)
    value = Decimal(minor).scaleb(-places)
    pattern = Locale.parse(language).currency_formats["standard"].pattern
    if value == value.to_integral_value():
        pattern, places = pattern.replace(".00", ""), 0
    written = format_currency(
        value, currency, pattern, locale=language, currency_digits=places > 0
    )
    return re.sub(r"(?<=[A-Z])(?=\d)", "\N{NO-BREAK SPACE}", written)


def refusal(doc: Doc | None, words: dict[str, str]) -> str | None:
    """Why her last card was not taken, in her language."""
    error = doc and (doc.get("last_payment_error") or doc.get("last_setup_error"))
    if not error:
        return None
    code = error.get("decline_code") or error["code"]
    return words.get(f"refused_{code}", words["bank_refused"])
