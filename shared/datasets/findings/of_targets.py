"""What can stand between a sound dataset and one model: said in verdicts only (`acceptance`), never of a line."""

from shared.datasets.findings.code import warning

TARGET = {
    "format_does_not_fit_method": warning(
        "The method takes another format", "Convert the dataset to the format of the method, or choose another method."
    ),
    "example_too_long_for_model": warning(
        "Examples longer than the model takes", "Shorten them, or choose a model that takes longer examples."
    ),
    "too_many_examples": warning("More examples than the method takes", "Leave some out, or split the dataset."),
    "images_not_taken": warning("Images, which the model cannot see", "Choose a model that learns from images."),
    "too_many_examples_with_images": warning(
        "More examples with images than are taken", "Leave some of the examples with images out."
    ),
    "images_in_some_examples_only": warning(
        "Images in some of the examples only", "Put examples with images into a file of theirs."
    ),
}
