"""The person's own workbook with its faults marked: what they open, mend and send again."""
