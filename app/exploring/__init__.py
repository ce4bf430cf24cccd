"""Looking deeper: charts of columns, a map of the data, sets of rows."""
