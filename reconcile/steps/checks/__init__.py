"""What must hold of the books: a function for each thing, which yields a line where it does not (`steps.verify`)."""
