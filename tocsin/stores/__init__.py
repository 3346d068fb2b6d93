"""What is kept: the table port, its two engines, and the repositories, written once on top of the port."""
