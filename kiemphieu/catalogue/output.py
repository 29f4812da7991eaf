"""What the commands say when they are done, and while they work."""

OUTPUT: dict[str, tuple[str, str]] = {
    "problem_prefix": ("Lỗi", "Error"),
    "warning_prefix": ("Chú ý", "Note"),
    "new_done": (
        "Đã tạo {path}. Hãy điền vào tệp ấy, rồi chạy: kiemphieu check {folder}",
        "Made {path}. Fill it in, then run: kiemphieu check {folder}",
    ),
    "check_ok": (
        "{path} không có chỗ sai: {officials} người, bộ quy tắc {rules}.",
        "{path} has no mistakes: {officials} persons, rule set {rules}.",
    ),
    "print_done": (
        "Đã in {count} phiếu (mỗi phiếu {pages} trang) vào {pdf} và ghi nhận là đã phát.",
        "Printed {count} ballots (of {pages} page(s) each) into {pdf} and recorded them as issued.",
    ),
    "print_colour": (
        "Giấy dùng cho loại phiếu này: màu {colour}.",
        "Paper for this kind of ballot: {colour}.",
    ),
    "print_seeded": (
        "các số phiếu được rút từ --seed, không phải ngẫu nhiên: chỉ dùng để thử, "
        "đừng phát cho người bỏ phiếu.",
        "the serials come from --seed and are not random: for tests only, do not hand these ballots out.",
    ),
    "print_seeded_keys": (
        "khóa của cuộc này được tạo từ --seed: ai cũng làm giả được phiếu. Cuộc thật phải dùng thư mục mới.",
        "this vote's keys were made from --seed: anyone can forge its ballots. "
        "A real vote needs a new folder.",
    ),
    "progress_print": ("In phiếu", "Printing"),
    "progress_scan": ("Đọc trang", "Reading pages"),
    "progress_mark": ("Ghi phiếu và quét mô phỏng", "Marking and scanning (simulated)"),
    "scan_title": ("Kết quả quét", "Scan"),
    "scan_pages": ("Trang tìm thấy", "Pages found"),
    "scan_recorded": ("Trang ghi nhận mới", "Pages newly recorded"),
    "scan_known": ("Trang đã có từ trước", "Pages recorded before"),
    "scan_rejected": ("Trang không đọc được", "Pages rejected"),
    "scan_surplus": ("Tờ trùng số phiếu", "Sheets with a serial read before"),
    "scan_problems": ("Tệp có vấn đề", "Files with problems"),
    "scan_skipped": ("Tệp bỏ qua", "Files passed over"),
    "scan_returned": ("Phiếu thu về đến nay", "Ballots returned so far"),
    "scan_review": ("trong đó cần xem xét", "of these in review"),
    "scan_foreign": ("Phiếu lạ", "Foreign sheets"),
    "scan_rejected_page": ("{source}, trang {page}: {reason}", "{source}, page {page}: {reason}"),
    "scan_surplus_page": (
        "{source}, trang {page}: số phiếu {serial} đã có tờ khác",
        "{source}, page {page}: another sheet has serial {serial}",
    ),
    "scan_problem_file": ("{source}: {text}", "{source}: {text}"),
    "scan_nothing_found": (
        "không tìm thấy trang nào ở những chỗ đã nêu; hãy kiểm tra tên thư mục.",
        "no page was found in what was named; check the name of the folder.",
    ),
    "scan_skipped_file": ("{source}: không phải ảnh trang, bỏ qua", "{source}: no page image, passed over"),
    "review_waiting": (
        "{count} phiếu cần người xem xét; xem: kiemphieu readings {folder}",
        "{count} ballot(s) wait for a person; see: kiemphieu readings {folder}",
    ),
    "tally_title": ("Kết quả kiểm phiếu: {body}", "Count: {body}"),
    "tally_title_typed": ("Kết quả từ số liệu nhập tay", "Counts typed by hand"),
    "tally_ballots": (
        "Phát ra {issued} · thu về {returned} · hợp lệ {valid} · không hợp lệ {invalid} "
        "· cần xem xét {review} · lạ {foreign}",
        "Issued {issued} · returned {returned} · valid {valid} · invalid {invalid} · in review {review} · "
        "foreign {foreign}",
    ),
    "tally_quorum": (
        "Triệu tập {summoned} · có mặt {present} · số người dự: {quorum}",
        "Summoned {summoned} · present {present} · quorum {quorum}",
    ),
    "tally_final": ("Kết quả cuối cùng.", "The result is final."),
    "tally_not_final": ("Chưa phải kết quả cuối cùng:", "The result is not final:"),
    "tally_warning": ("Lưu ý: {text}", "Note: {text}"),
    "column_number": ("STT", "No."),
    "column_name": ("Họ và tên", "Name"),
    "column_invalid": ("Không hợp lệ", "Invalid"),
    "column_base": ("Cơ số", "Base"),
    "column_outcome": ("Mức tín nhiệm thấp", "Low ratings"),
    "column_serial": ("Số phiếu", "Serial"),
    "column_reasons": ("Lý do", "Reasons"),
    "column_pages": ("Trang", "Pages"),
    "column_difference": ("Lệch", "Differs"),
    "demo_title": (
        "Đếm được / sự thật, trên các phiếu không cần xem xét",
        "Counted / true, of the ballots not in review",
    ),
    "demo_review_title": ("Phiếu cần xem xét: {count}", "Ballots in review: {count}"),
    "demo_equal": (
        "Kết quả kiểm bằng đúng sự thật: {ballots} phiếu, {lines} dòng, không lệch ngoài phiếu cần xem xét.",
        "The count equals the truth: {ballots} ballots, {lines} lines, no difference outside review.",
    ),
    "demo_differs": (
        "KẾT QUẢ LỆCH SỰ THẬT: {differences} dòng.",
        "THE COUNT DIFFERS FROM THE TRUTH: {differences} line(s).",
    ),
    "demo_look": (
        "Xem: phiếu in {pdf} · ảnh quét {scans} · sự thật {truth}",
        "Look at: printed ballots {pdf} · scans {scans} · truth {truth}",
    ),
    "demo_documents": (
        "Biên bản kiểm phiếu: {minutes} (báo cáo và bảng trình chiếu ở {folder})",
        "Counting minutes: {minutes} (report and results sheet in {folder})",
    ),
    "yes": ("có", "yes"),
    "no_serial": ("(không xác định)", "(not identified)"),
}
