"""What the committee signs: minutes, report and results sheet, as PDF and DOCX."""
