use comfy_table::{ContentArrangement, presets};

use super::text::clean;

/// Rows under a line of headings, aligned by blanks: to be read, and to be cut by `awk`.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let mut table = bare();
        table.set_header(headings.iter().map(|heading| heading.to_uppercase()));
        Self(table)
    }

    /// Adds a row.
    pub(crate) fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        self.0.add_row(cells.into_iter().map(|cell| clean(&cell)));
    }

    /// The text; what to say instead of a table without rows.
    pub(crate) fn text(self, empty: &str) -> String {
        if self.0.row_count() == 0 { empty.to_owned() } else { lines(&self.0) }
    }
}

/// Names with their values, a line each; what has no value is left out.
pub(crate) fn fields(rows: &[(&str, Option<String>)]) -> String {
    let mut table = bare();
    for (name, value) in rows {
        if let Some(value) = value {
            table.add_row([(*name).to_owned(), clean(value)]);
        }
    }
    lines(&table)
}

fn bare() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn lines(table: &comfy_table::Table) -> String {
    let mut text = String::new();
    for line in table.to_string().lines() {
        // The preset pads every cell on both sides.
        let line = line.strip_prefix(' ').unwrap_or(line);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_trails() {
        let mut table = Table::new(&["id", "title"]);
        table.row(["1".to_owned(), "Ünder the sea".to_owned()]);
        table.row(["23".to_owned(), String::new()]);
        assert_eq!(table.text("nothing"), "ID  TITLE\n1   Ünder the sea\n23\n");
    }

    #[test]
    fn a_title_cannot_drive_the_terminal() {
        let mut table = Table::new(&["title"]);
        table.row(["a\u{1b}[31mb\nc".to_owned()]);
        assert_eq!(table.text("nothing"), "TITLE\na\u{fffd}[31mb c\n");
    }

    #[test]
    fn fields_without_a_value_are_left_out() {
        let rows = [("id", Some("x".to_owned())), ("failure", None), ("state", Some("running".to_owned()))];
        assert_eq!(fields(&rows), "id     x\nstate  running\n");
    }
}
