"""Card numbers for tests: published test cards, and others made to measure."""

VISA = "4111111111111111"
MASTERCARD = "5555555555554444"
AMEX = "378282246310005"


def check_digit(digits):
    """The digit that makes digits + it pass (ISO/IEC 7812-1, Annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def passes(number):
    return check_digit(number[:-1]) == number[-1]


def pan(prefix, length, serial=0):
    """The number of this length with this prefix, this serial number and a right check digit."""
    digits = prefix + str(serial).zfill(length - len(prefix) - 1)
    assert len(digits) == length - 1
    return digits + check_digit(digits)


def pans(count, prefix="40", length=16):
    """So many different numbers."""
    return [pan(prefix, length, serial) for serial in range(1, count + 1)]


def pan_with_last4(prefix, last4, length):
    """A number that begins and ends like this."""
    room = length - len(prefix) - 4
    for serial in range(10**room):
        number = prefix + str(serial).zfill(room) + last4
        if passes(number):
            return number
    raise AssertionError("there is none")
