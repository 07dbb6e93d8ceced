"""Every exception that a user may see. Its text is one sentence that says what is wrong and what to do."""


class InkreadError(Exception):
    """Base of all errors that are the user's to mend; the command line prints its text and exits with status 2."""


class ImageError(InkreadError):
    """A picture cannot be used: missing, empty, truncated, too large, or no picture at all."""


class ImageTooLargeError(ImageError):
    """A picture has more pixels than are allowed."""


class DataError(InkreadError):
    """A data set cannot be fetched or understood."""


class ModelFileError(InkreadError):
    """A model file is missing, corrupt, foreign, or of a version that this inkread does not understand."""


class ConfigError(InkreadError):
    """A recipe, network or option is unknown, or its value makes no sense."""


class OutputError(InkreadError):
    """A result cannot be written: no space, no right, or a folder that is not there. What was there before stays."""


class MissingExtraError(InkreadError):
    """A verb needs an optional dependency that is not installed."""
