// The sample's Python package `pricing`, file by file.

export const tax = `"""Value added tax of what the shop sells."""

STANDARD_PERCENT = 19
REDUCED_PERCENT = 7


def tax_in(gross_cents: int, is_food: bool) -> int:
    """The tax that a gross price contains, in cents."""
    percent = REDUCED_PERCENT if is_food else STANDARD_PERCENT
    return round(gross_cents * percent / (100 + percent))
`;

export const taxTest = `import unittest

from pricing.tax import tax_in


class TaxTest(unittest.TestCase):
    def test_food_is_taxed_less(self):
        self.assertEqual(tax_in(1070, is_food=True), 70)

    def test_other_goods_pay_the_standard_rate(self):
        self.assertEqual(tax_in(1190, is_food=False), 190)

    def test_nothing_costs_no_tax(self):
        self.assertEqual(tax_in(0, is_food=False), 0)


if __name__ == "__main__":
    unittest.main()
`;

export const rounding = `"""Rounding to what the till can pay out."""


def to_coins(cents: int, smallest_coin: int = 5) -> int:
    """The nearest amount that can be paid in coins."""
    return (cents + smallest_coin // 2) // smallest_coin * smallest_coin
`;

export const roundingTest = `import unittest

from pricing.rounding import to_coins


class RoundingTest(unittest.TestCase):
    def test_rounds_down_and_up(self):
        self.assertEqual([to_coins(12), to_coins(13)], [10, 15])

    def test_keeps_what_can_be_paid(self):
        self.assertEqual(to_coins(95), 95)


if __name__ == "__main__":
    unittest.main()
`;
