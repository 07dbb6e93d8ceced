"""Recipes, augmentation, the loop, checkpoints and export. All but `config`, `recipes` and `events` needs torch."""
