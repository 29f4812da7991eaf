"""What `export --format` says, and the headings and notes in the files it writes."""

EXPORTS: dict[str, tuple[str, str]] = {
    "option_format": (
        "Định dạng: cdf (bản ghi từng phiếu theo NIST SP 1500-103), csv (bảng kết quả) hoặc xlsx (bảng "
        "tính có công thức).",
        "The format: cdf (cast vote records, NIST SP 1500-103), csv (table of results) or xlsx (workbook "
        "with live formulas).",
    ),
    "export_both": (
        "--format và --package là hai việc khác nhau. Mỗi lần chỉ dùng một trong hai.",
        "--format and --package are two different things. Give one of them at a time.",
    ),
    "export_package_only": (
        "{option} chỉ dùng với --package. Bỏ nó đi, hoặc thay --format bằng --package.",
        "{option} goes with --package only. Leave it out, or give --package instead of --format.",
    ),
    "export_written": (
        "Đã xuất kết quả của {ballots} phiếu vào {path}.",
        "Exported the result of {ballots} ballots to {path}.",
    ),
    "export_open": (
        "{standing} Tệp cũng ghi điều này.",
        "{standing} The file says so, too.",
    ),
    "export_counts_written": (
        "Số liệu cho kiemphieu tally --counts: {path}",
        "The counts for kiemphieu tally --counts: {path}",
    ),
    "export_counts_left_out": (
        "không ghi tệp số liệu cho tally --counts, vì tệp ấy không có chỗ ghi rằng kết quả chưa phải cuối"
        " cùng.",
        "no file of counts for tally --counts was written: such a file has no room to say that the result is "
        "not final.",
    ),
    "export_secret": (
        "tệp {path} liệt kê từng phiếu; hãy giữ như giữ hồ sơ kiểm phiếu, không công bố.",
        "{path} lists single ballots; keep it as you keep the record of the count, and do not publish it.",
    ),
    "export_differs": (
        "Lỗi nội bộ: nội dung xuất ra ({what}) không khớp kết quả kiểm phiếu; chưa ghi tệp nào. Chạy "
        "`kiemphieu verify` và báo cho người phát triển.",
        "Internal error: what would be exported ({what}) is not what the tally says; nothing was written."
        " Run `kiemphieu verify` and report it to the developers.",
    ),
    "export_too_many_rows": (
        "{count} phiếu, nhiều hơn {most} dòng mà một trang tính chứa được. Hãy dùng --format cdf.",
        "{count} ballots are more than the {most} rows that a sheet can hold. Use --format cdf.",
    ),
    "cdf_unreadable": (
        "Tệp bản ghi phiếu không đọc được ({reason}). Lấy lại tệp do kiemphieu export --format cdf ghi ra.",
        "The file of cast vote records cannot be read ({reason}). Get the file that kiemphieu export "
        "--format cdf wrote once more.",
    ),
    "cdf_contradiction": (
        "Bản ghi phiếu {record} tự mâu thuẫn ở {reason}. Tệp đã bị sửa hoặc hỏng: xuất lại từ hồ sơ.",
        "The cast vote record {record} contradicts itself at {reason}. The file was changed or damaged: "
        "export it from the record again.",
    ),
    # In the files
    "export_final": ("Kết quả cuối cùng.", "Final result."),
    "export_not_final": (
        "CHƯA PHẢI KẾT QUẢ CUỐI CÙNG: {points}.",
        "NOT A FINAL RESULT: {points}.",
    ),
    "export_sheet_results": ("Kết quả", "Results"),
    "export_sheet_ballots": ("Phiếu", "Ballots"),
    "export_sheet_note": (
        "Mọi số trong bảng được tính bằng công thức từ trang “{ballots}”: mỗi dòng là một phiếu thu về, "
        "xếp theo nội dung, không có số phiếu. Tỷ lệ làm tròn đến hai chữ số thập phân; ngưỡng so bằng số"
        " nguyên.",
        "Every number of the table is computed by a formula from the sheet “{ballots}”: a row is a "
        "returned ballot, sorted by content, without serials. Percentages are rounded to two decimals; "
        "thresholds compare whole numbers.",
    ),
    "export_day": ("Ngày lấy phiếu: {day}", "Day of the vote: {day}"),
    "export_rules": ("{rules}. Tỷ lệ tính trên {base}.", "{rules}. Percentages are of {base}."),
    "export_base_returned": ("số phiếu thu về", "the ballots returned"),
    "export_base_valid": ("số phiếu hợp lệ", "the valid ballots"),
    "export_base_delegates": ("tổng số đại biểu", "all delegates"),
    "export_base_summoned": ("số người được triệu tập", "those summoned"),
    "export_base_present": ("số người có mặt", "those present"),
    "export_summoned": ("Được triệu tập", "Summoned"),
    "export_present": ("Có mặt", "Present"),
    "export_delegates": ("Tổng số đại biểu", "Delegates"),
    "export_reached": ("đạt", "reached"),
    "export_total": ("Cộng", "Total"),
    "export_all_ballots": ("Tất cả phiếu", "All ballots"),
    "export_column_number": ("STT", "No."),
    "export_column_id": ("Mã", "Id"),
    "export_column_name": ("Họ và tên", "Name"),
    "export_column_position": ("Chức vụ", "Position"),
    "export_column_group": ("Loại phiếu", "Group"),
    "export_column_percent": ("{level} (%)", "{level} (%)"),
    "export_column_invalid": ("Không hợp lệ", "Invalid"),
    "export_column_sum": ("Tổng số phiếu", "Sum"),
    "export_column_base": ("Căn cứ tính tỷ lệ", "Base"),
    "export_column_outcome": ("Ngưỡng đạt tới", "Outcome"),
    "export_column_grade": ("Xếp loại", "Grade"),
    "export_column_standing": ("Tình trạng", "Standing"),
    "export_column_ballot": ("Phiếu", "Ballot"),
    "export_column_issued": ("Phát ra", "Issued"),
    "export_column_returned": ("Thu về", "Returned"),
    "export_column_valid": ("Hợp lệ", "Valid"),
    "export_column_invalid_ballots": ("Không hợp lệ", "Invalid"),
    "export_column_review": ("Chờ xem xét", "In review"),
    "export_column_foreign": ("Không do Ban kiểm phiếu phát ra", "Not issued by the committee"),
    "export_ballot_valid": ("hợp lệ", "valid"),
    "export_ballot_invalid": ("không hợp lệ", "invalid"),
    "export_ballot_review": ("chờ xem xét", "in review"),
    "export_line_invalid": ("không hợp lệ", "invalid"),
}
