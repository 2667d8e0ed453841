"""The rates and qualities of the plan: a rate is a predicate, its count and its gap list come from the same place."""
