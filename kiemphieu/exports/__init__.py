"""What is written for others: cast vote records, tables, a workbook."""
