"""The words of the contract in plain language: verdicts, faults, reasons, outcomes."""

CODES: dict[str, tuple[str, str]] = {
    # Why a person must look, and why a sheet was rejected
    "reason_unclear_mark": ("dấu không rõ", "unclear mark"),
    "reason_other_mark": ("dấu không phải X", "a mark that is not an X"),
    "reason_corrected_mark": ("dấu bị tẩy, sửa", "corrected mark"),
    "reason_mark_outside_box": ("dấu nằm ngoài ô", "mark outside the box"),
    "reason_doubtful_strike": ("có thể gạch tên", "possibly a struck name"),
    "reason_doubtful_writing": ("có thể ghi thêm", "possibly added writing"),
    "reason_seal_missing": ("thiếu dấu treo", "stamp missing"),
    "reason_seal_unclear": ("dấu treo không rõ", "stamp unclear"),
    "reason_weak_registration": ("khớp mẫu chưa chắc", "weak fit to the form"),
    "reason_duplicate_serial": ("trùng số phiếu", "serial read twice"),
    "reason_missing_page": ("thiếu trang", "page missing"),
    "reason_unknown_layout": ("mẫu phiếu lạ", "unknown layout"),
    "reason_no_code": ("không đọc được mã", "no readable code"),
    "reason_foreign_code": ("mã không phải của phiếu", "a code that is no ballot's"),
    "reason_not_registered": ("không khớp được mẫu phiếu", "does not fit the form"),
    "reason_page_image": ("ảnh trang không dùng được", "unusable page image"),
    "reason_internal_error": ("lỗi chương trình", "program fault"),
    "reason_blank_page": ("mặt giấy trắng", "blank side"),
    "reason_bad_signature": ("chữ ký mã không đúng", "signature does not hold"),
    "reason_other_vote": ("phiếu của cuộc khác", "ballot of another vote"),
    "reason_test_ballot": ("phiếu thử", "test ballot"),
    "reason_several_sheets": ("nhiều phiếu trên một ảnh", "several ballots on one image"),
    # Outcomes and open points
    "outcome_none": ("không", "none"),
    "outcome_over_half_low": ("quá nửa thấp", "over half low"),
    "outcome_two_thirds_low": ("từ 2/3 thấp", "two thirds low"),
    "outcome_unknown": ("chưa có", "not yet"),
    "quorum_met": ("đủ", "met"),
    "quorum_not_met": ("không đủ", "not met"),
    "quorum_unknown": ("chưa nhập", "not entered"),
    "open_in_review": ("còn phiếu cần xem xét", "ballots wait for review"),
    "open_not_reconciled": (
        "số phiếu không khớp: thu về nhiều hơn phát ra",
        "the counts do not reconcile: more returned than issued",
    ),
    "open_quorum_not_met": ("không đủ số người dự", "the quorum is not met"),
    "open_attendance_unknown": (
        "chưa nhập số người được triệu tập và có mặt trong vote.toml, mục [attendance]",
        "attendance is not entered under [attendance] in vote.toml",
    ),
    "open_nothing_returned": ("chưa thu về phiếu nào", "no ballot was returned"),
    "open_line_fault_decides": (
        "kết quả tùy vào cách hiểu dòng ghi sai (line_fault); ban kiểm phiếu phải quyết định",
        "the reading of faulty lines (line_fault) decides an outcome; the committee must settle it",
    ),
    "open_base_below_returned": (
        "cơ số nhỏ hơn số phiếu thu về; hãy kiểm tra số liệu trong vote.toml, mục [attendance]",
        "the base is smaller than the ballots returned; check the numbers under [attendance] in vote.toml",
    ),
    "open_returned_exceeds_present": (
        "số phiếu thu về nhiều hơn số người có mặt",
        "more ballots were returned than people were present",
    ),
    "open_base_decides": (
        "kết quả tùy vào cơ số tính tỉ lệ (phiếu thu về hay phiếu hợp lệ); ban kiểm phiếu quyết định rồi ghi "
        'base = "returned" hoặc base = "valid" dưới [rules] trong vote.toml',
        "the base (ballots returned or valid) decides an outcome; the committee decides, and writes "
        'base = "returned" or base = "valid" under [rules] in vote.toml',
    ),
    "open_cutoffs_unknown": (
        'chưa nhập mức phân loại; ghi grade_cutoffs, như "2/3, 1/2", dưới [rules] trong vote.toml',
        'the cut-offs of the grades have not been entered; write grade_cutoffs, such as "2/3, 1/2", under '
        "[rules] in vote.toml",
    ),
}
