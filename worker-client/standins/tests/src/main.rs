//! Prints the table that is named.

fn main() {
    print!("{}", standins_tests::table(&std::env::args().nth(1).unwrap_or_default()));
}
