"""Decisions, the journal, and checking the record."""

RECORD: dict[str, tuple[str, str]] = {
    "help_decide": (
        "Ghi quyết định của ban kiểm phiếu về một phiếu cần xem xét; không nêu số phiếu thì liệt kê quyết "
        "định. Bản đọc giữ nguyên, quyết định hủy được bằng --undo.",
        "Records what the committee decided on a ballot in review; without a serial, lists the decisions. "
        "Readings stay as read, and --undo takes a decision back.",
    ),
    "option_line": ("Dòng của người có mã này.", "The line of the official with this id."),
    "option_choice": (
        "Với --line: mức mà dòng được tính, như high, medium, low.",
        "With --line: the level that the line counts for, such as high, medium, low.",
    ),
    "option_ballot": (
        "Cả phiếu: valid (không có lỗi chung của phiếu) hoặc invalid (kèm --fault).",
        "The whole ballot: valid (no fault of its own) or invalid (with --fault).",
    ),
    "option_sheet": (
        "Tờ không đọc được mã: foreign (phiếu lạ), no_ballot (không phải phiếu), ballot (là phiếu có số ở "
        "--as-serial).",
        "A sheet without a readable code: foreign, no_ballot, or ballot (the one named by --as-serial).",
    ),
    "option_as_serial": (
        "Với --sheet ballot: số phiếu đọc được cạnh mã QR.",
        "With --sheet ballot: the serial read beside the QR code.",
    ),
    "option_fault": (
        "Lý do không hợp lệ của dòng hoặc của phiếu; dùng được nhiều lần.",
        "Why the line gives no vote or the ballot is invalid; may be repeated.",
    ),
    "option_by": (
        "Người quyết định: chức danh hoặc chữ tắt; cần hai người, trừ khi two_person = false.",
        "Who decided: a role or initials; two are needed unless two_person = false.",
    ),
    "option_reason": ("Căn cứ của quyết định.", "The ground of the decision."),
    "option_undo": (
        "Hủy quyết định có số này (xem danh sách).",
        "Take back the decision with this number (see the list).",
    ),
    "decision_recorded": (
        "Đã ghi quyết định số {number} về {target}: {before} → {after}",
        "Decision {number} on {target} is recorded: {before} → {after}",
    ),
    "decision_undone": (
        "Đã hủy quyết định số {number} về {target}.",
        "Decision {number} on {target} is taken back.",
    ),
    "decision_still_open": (
        "Phiếu vẫn cần xem xét: dòng {lines}; phiếu: {reasons}",
        "The ballot still waits for a person: lines {lines}; ballot: {reasons}",
    ),
    "decisions_none": ("Chưa có quyết định nào.", "No decision stands."),
    "decision_number": ("Số", "Number"),
    "decision_day": ("Ngày", "Day"),
    "decision_target": ("Phiếu", "Ballot"),
    "decision_before": ("Trước", "Before"),
    "decision_after": ("Sau", "After"),
    "decision_by": ("Người quyết định", "Decided by"),
    "decision_reason_column": ("Căn cứ", "Ground"),
    "decide_one_thing": (
        "Mỗi lần ghi đúng một việc: --line, --ballot hoặc --sheet.",
        "Decide exactly one thing at a time: --line, --ballot or --sheet.",
    ),
    "decide_choice_needs_line": (
        "--choice chỉ đi với --line: phải nói rõ của người nào.",
        "--choice goes with --line only: say whose line it is.",
    ),
    "decide_sheet_words": (
        "--sheet ballot cần --as-serial, các giá trị khác thì không; --fault không đi với --sheet.",
        "--sheet ballot needs --as-serial, the other values have none; --fault does not go with --sheet.",
    ),
    "decide_line_words": (
        "Với --line, nêu --choice MỨC, hoặc một hay nhiều --fault trong: {faults}.",
        "With --line give either --choice LEVEL, or one or more --fault of: {faults}.",
    ),
    "decide_ballot_words": (
        "--ballot invalid cần ít nhất một --fault trong: {faults}; --ballot valid thì không.",
        "--ballot invalid needs at least one --fault of: {faults}; --ballot valid has none.",
    ),
    "decision_people": (
        "Quyết định cần {needed} người, mới nêu {named}. Thêm --by cho từng người (chức danh hoặc chữ tắt), "
        "hoặc đặt two_person = false trong [decisions] của vote.toml.",
        "A decision needs {needed} people, {named} named. Add --by for each (a role or initials), or set "
        "two_person = false under [decisions] in vote.toml.",
    ),
    "decision_reason": (
        'Quyết định cần căn cứ: thêm --reason "…".',
        'A decision needs its ground: add --reason "…".',
    ),
    "decision_foreign": (
        "Phiếu {serial} không có trong số phiếu đã phát nên là phiếu lạ; không quyết định thành phiếu được.",
        "Ballot {serial} is not among those issued, so it is foreign; no decision makes it a ballot.",
    ),
    "decision_sheet_first": (
        "Tờ {sheet} chưa biết là phiếu nào. Trước hết ghi: --sheet ballot --as-serial SỐ (hoặc foreign, "
        "no_ballot).",
        "It is not known which ballot the sheet {sheet} is. First record --sheet ballot --as-serial SERIAL "
        "(or foreign, no_ballot).",
    ),
    "decision_sheet_has_serial": (
        "Tờ này đã đọc được số {serial}; dùng --line hoặc --ballot.",
        "The serial {serial} of this sheet was read; use --line or --ballot.",
    ),
    "decision_sheet_no_ballot": (
        "Tờ {sheet} không phải phiếu chưa đọc được: nó trống, hoặc mã của nó cho thấy là phiếu lạ.",
        "The sheet {sheet} is no ballot that could not be read: it is blank, or foreign by its code.",
    ),
    "decision_undo_order": (
        "Còn quyết định về phiếu {serial} dựa trên tờ này. Hãy hủy các quyết định ấy trước.",
        "Decisions on ballot {serial} rest on this sheet. Take those back first.",
    ),
    "package_unsealed": (
        "Hồ sơ chưa niêm phong: gói sẽ chứa tên tệp quét, cho biết thứ tự quét. Chạy kiemphieu seal trước, "
        "hoặc dùng --unsealed.",
        "The record is not sealed: the package would hold the names of scanned files, which tell an order. "
        "Run kiemphieu seal first, or use --unsealed.",
    ),
    "option_unsealed": (
        "Đóng gói dù hồ sơ chưa niêm phong.",
        "Pack the record although it is not sealed.",
    ),
    "seal_race": (
        "Hồ sơ thay đổi trong lúc niêm phong (có trạm khác đang ghi). Chưa niêm phong; hãy chạy lại.",
        "The record changed while it was being sealed (another station writes). Not sealed; run it again.",
    ),
    "key_not_the_votes": (
        "Khóa {path} không phải khóa của cuộc này. Chép lại khóa từ máy đã in phiếu.",
        "The key {path} is not this vote's. Copy the key from the machine that printed the ballots.",
    ),
    "form_in_use": (
        "Trong {path} đã có phiếu phát theo mẫu khác của loại này. Không in gì; dùng đúng vote.toml.",
        "{path} has ballots issued on another form of this group. Nothing was printed; use that vote.toml.",
    ),
    "store_unreachable": (
        "Không kết nối được cơ sở dữ liệu {path} ({reason}). Kiểm tra máy chủ và mạng rồi chạy lại.",
        "The database {path} cannot be reached ({reason}). Check server and network, then run it again.",
    ),
    "decision_official": (
        "Trên phiếu không có mã “{official}”. Các mã: {listed}.",
        "The ballot lists no “{official}”. Its ids: {listed}.",
    ),
    "decision_level": (
        "Không có mức “{level}”. Các mức: {levels}.",
        "There is no level “{level}”. The levels: {levels}.",
    ),
    "decision_unknown": (
        "Không có quyết định số {number} đang có hiệu lực. Xem danh sách: kiemphieu decide {folder}",
        "No decision {number} stands. List them: kiemphieu decide {folder}",
    ),
    "journal_damaged": (
        "Nhật ký trong {path} bị hỏng ở mục {entry}. Kiểm tra: kiemphieu verify; khôi phục từ bản sao lưu.",
        "The journal in {path} is damaged at entry {entry}. Check with kiemphieu verify; restore a backup.",
    ),
    "record_sealed": (
        "Việc kiểm phiếu đã kết thúc (hồ sơ {path} đã niêm phong); chỉ còn kiểm tra, quét lại, xuất dữ liệu.",
        "The count has ended (the record {path} is sealed); only verification, re-scans and exports remain.",
    ),
    # verify
    "help_verify": (
        "Phát lại nhật ký, đọc lại mọi trang đã lưu và tính lại tất cả; nêu mọi chỗ không khớp (mã thoát 7).",
        "Replays the journal, reads every stored page again and recomputes everything; names all that does "
        "not match (exit code 7).",
    ),
    "progress_verify": ("Đọc lại các trang", "Reading the pages again"),
    "verify_checked": (
        "Đã kiểm tra {entries} mục nhật ký và {pages} trang, đọc lại {reread} trang.",
        "Checked {entries} journal entries and {pages} pages; {reread} pages were read again.",
    ),
    "verify_unsigned": (
        "{count} mục nhật ký không có chữ ký: lúc ghi không có khóa bí mật trên máy. Chuỗi mã băm vẫn giữ.",
        "{count} journal entries are not signed: the private key was not on the machine. The chain of hashes "
        "covers them.",
    ),
    "verify_open_pages": (
        "Có trang được ghi nhận mà nhật ký chưa nói đến: một lần quét bị ngắt giữa chừng. Quét lại cho xong.",
        "Pages are recorded of which the journal does not speak yet: a scan was interrupted. Finish it.",
    ),
    "verify_head": (
        "Mã băm cuối của nhật ký: {head}. So với số in trên biên bản.",
        "Head of the journal: {head}. Compare it with the one on the minutes.",
    ),
    "verify_holds": ("Tất cả đều khớp.", "Everything matches."),
    "verify_failed": (
        "KHÔNG KHỚP: {count} chỗ. Giữ nguyên thư mục này, đối chiếu với bản sao lưu và với phiếu giấy.",
        "DOES NOT MATCH: {count} faults. Leave this folder as it is; compare it with a backup and the paper.",
    ),
    "verify_database": ("Cơ sở dữ liệu {name} bị hỏng{detail}", "The database {name} is damaged{detail}"),
    "verify_journal_entry": (
        "Mục nhật ký số {name} không khớp{detail}",
        "Journal entry {name} does not hold{detail}",
    ),
    "verify_journal_head": (
        "Cuối nhật ký bị cắt: phải có {name} mục",
        "The end of the journal was cut off: there must be {name} entries",
    ),
    "verify_head_unknown": (
        "Không mục nhật ký nào có mã băm {name} ghi trên biên bản",
        "No journal entry has the hash {name} of the minutes",
    ),
    "option_head": (
        "Mã băm in trên biên bản: phải có một mục nhật ký mang mã này.",
        "The hash printed on the minutes: one journal entry must have it.",
    ),
    "verify_key": (
        "Khóa {name} không phải khóa của cuộc này{detail}",
        "The key {name} is not this vote's{detail}",
    ),
    "verify_form": ("Mẫu phiếu {name} đã bị đổi", "The stored form {name} was changed"),
    "verify_layout_file": (
        "{name} không giống mẫu phiếu đã in",
        "{name} is not the layout that was printed",
    ),
    "verify_serial_row": (
        "Số phiếu {name} không còn như khi phát",
        "The serial {name} is not as it was issued",
    ),
    "verify_serials": (
        "Danh sách số phiếu đã phát không khớp nhật ký{detail}",
        "The issued serials are not those of the journal{detail}",
    ),
    "verify_page_row": (
        "Dữ liệu của trang {name} không còn như khi ghi nhận",
        "The row of page {name} is not as it was recorded",
    ),
    "verify_pages": (
        "Tập hợp các trang không khớp nhật ký{detail}",
        "The recorded pages are not those of the journal{detail}",
    ),
    "verify_page_missing": ("Thiếu ảnh trang {name}{detail}", "The page image {name} is missing{detail}"),
    "verify_page_changed": ("Ảnh trang {name} đã bị đổi", "The page image {name} was changed"),
    "verify_unrecorded": (
        "Ảnh {name} nằm trong pages/ mà chưa được ghi nhận (một lần quét bị ngắt); quét lại cho xong.",
        "The image {name} lies in pages/ and is not recorded (a scan was interrupted); finish the scan.",
    ),
    "verify_reading": (
        "Đọc lại trang {name} cho kết quả khác kết quả đã ghi",
        "Read again, page {name} gives another reading than the recorded one",
    ),
    "verify_reader": (
        "Trang {name} được đọc bằng phiên bản khác{detail}; hãy kiểm tra bằng phiên bản đó",
        "Page {name} was read by another version{detail}; verify it with that version",
    ),
    "verify_note": ("Ghi chú “{name}” không khớp nhật ký", "The note “{name}” is not that of the journal"),
    "verify_settings": (
        "Các thiết lập trong {name} không phải thiết lập trong nhật ký (chạy kiemphieu tally sau khi sửa)",
        "The settings in {name} are not those of the journal (run kiemphieu tally after a change)",
    ),
    "verify_tally": (
        "Kết quả kiểm phiếu ở mục nhật ký {name} không tính lại được như thế{detail}",
        "The count of journal entry {name} does not come out again{detail}",
    ),
    "verify_report_missing": ("Thiếu báo cáo {name}", "The report {name} is missing"),
    "verify_report_changed": ("Báo cáo {name} đã bị đổi", "The report {name} was changed"),
    # backup and seal
    "help_backup": (
        "Sao lưu toàn bộ VOTE vào một tệp, ngay cả khi đang quét.",
        "Saves the whole of VOTE into one file, even while scanning goes on.",
    ),
    "option_backup_output": (
        "Tệp .tar mới (chưa có).",
        "The new .tar file.",
    ),
    "backup_done": (
        "Đã sao lưu vào {path}: {pages} trang, {files} tệp. Có cả khóa bí mật nếu khóa nằm trong thư mục.",
        "Saved to {path}: {pages} pages, {files} files. The private key is in it if it lies in the folder.",
    ),
    "backup_server": (
        "Hồ sơ của {folder} nằm trên máy chủ cơ sở dữ liệu: sao lưu bằng pg_dump, cùng thư mục này.",
        "The record of {folder} lies on a database server: save it with pg_dump, and this folder with it.",
    ),
    "help_seal": (
        "Kết thúc việc kiểm phiếu: sau đó chỉ còn kiểm tra, quét lại và xuất dữ liệu; tên tệp quét bị xóa.",
        "Ends the count: only verification, re-scans and exports remain; names of source files are dropped.",
    ),
    "option_force": (
        "Kết thúc dù kết quả chưa phải cuối cùng.",
        "End it although the result is not final.",
    ),
    "seal_done": (
        "Đã niêm phong hồ sơ: {pages} trang. Mã băm cuối của nhật ký: {head}",
        "The record is sealed: {pages} pages. Head of the journal: {head}",
    ),
    "seal_not_final": (
        "Chưa niêm phong: kết quả chưa phải cuối cùng ({points}). Giải quyết trước, hoặc dùng --force.",
        "Not sealed: the result is not final ({points}). Settle that first, or use --force.",
    ),
    # account
    "help_account": (
        "Ghi số phiếu đổi, phiếu chưa phát và phiếu không thu về; không nêu gì thì liệt kê.",
        "Records ballots exchanged, never handed out, and not returned; without options, lists them.",
    ),
    "option_exchanged": (
        "N phiếu hỏng đã đổi trước khi bỏ.",
        "N spoiled ballots were exchanged before casting.",
    ),
    "option_unused": ("N phiếu đã in mà không phát.", "N printed ballots were never handed out."),
    "option_not_returned": (
        "N phiếu phát ra không thu về (thay cho số đã ghi trước).",
        "N ballots handed out were not returned (replaces an earlier number).",
    ),
    "option_serial": (
        "Số của một phiếu trong đó, nếu biết; dùng được nhiều lần.",
        "The serial of one of them, where known; may be repeated.",
    ),
    "account_fate": ("Loại", "What"),
    "account_count": ("Số phiếu", "Ballots"),
    "account_serials_column": ("Số của phiếu", "Serials"),
    "account_none": ("Chưa ghi gì.", "Nothing is recorded."),
    "fate_exchanged": ("đổi phiếu", "exchanged"),
    "fate_unused": ("không phát", "never handed out"),
    "fate_not_returned": ("không thu về", "not returned"),
    "account_one_thing": (
        "Mỗi lần ghi đúng một việc: --exchanged, --unused, --not-returned hoặc --undo.",
        "State one thing at a time: --exchanged, --unused, --not-returned or --undo.",
    ),
    "account_serials": (
        "Nêu {serials} số phiếu cho {count} phiếu. Sửa một trong hai.",
        "{serials} serials are named for {count} ballots. Correct one of the two.",
    ),
    "account_not_issued": (
        "Phiếu {serial} không có trong số phiếu đã in của loại này. Kiểm tra lại số.",
        "Ballot {serial} is not among those printed for this group. Check the serial.",
    ),
    "account_twice": (
        "Phiếu {serial} đã được ghi là đổi hoặc không phát.",
        "Ballot {serial} is recorded as exchanged or unused already.",
    ),
    "account_cast": (
        "Phiếu {serial} đã được quét cùng các phiếu thu về. Tìm tờ giấy: nó ở hòm phiếu hay đã đổi?",
        "Ballot {serial} was scanned among those cast. Find the paper: was it in the urn or exchanged?",
    ),
    "account_too_many": (
        "Ghi {count} phiếu, nhưng chỉ còn {left} phiếu đã in chưa tính.",
        "{count} ballots are stated, and only {left} printed ones are left.",
    ),
    "account_unknown": (
        "Không có mục số {number} đang có hiệu lực. Xem danh sách: kiemphieu account {folder}",
        "No statement {number} stands. List them: kiemphieu account {folder}",
    ),
    # rescan
    "help_rescan": (
        "Đọc lại phiếu lưu trữ được quét lại và so từng dòng với hồ sơ; hồ sơ gốc giữ nguyên.",
        "Reads archived ballots scanned again and compares them line by line with the record, which stays "
        "as it is.",
    ),
    "option_name": (
        "Tên của lần quét lại (mặc định: 1); cùng tên thì quét tiếp.",
        "The name of this re-scan (default: 1); the same name goes on with it.",
    ),
    "rescan_name": (
        "“{name}” không dùng làm tên được: chỉ chữ cái không dấu, chữ số, dấu chấm, gạch.",
        "“{name}” cannot be a name: only plain letters, digits, dots and dashes.",
    ),
    "rescan_summary": (
        "{same} trang giống nhau, {differing} trang khác, {missing} trang thiếu, {surplus} trang thừa.",
        "{same} pages agree, {differing} differ, {missing} are missing, {surplus} are surplus.",
    ),
    "rescan_other": (
        "Ngoài ra có {count} tờ không có trong hồ sơ: {what}",
        "Besides, {count} sheet(s) that the record does not have: {what}",
    ),
    "rescan_written": ("Bảng so sánh: {path}", "Comparison: {path}"),
    "rescan_title": ("Quét lại “{name}” – {body}", "Re-scan “{name}” – {body}"),
    "rescan_differences": ("Chỗ khác nhau", "Differences"),
    "rescan_ballot": ("Phiếu / trang", "Ballot / page"),
    "rescan_place": ("Chỗ", "Place"),
    "rescan_recorded": ("Hồ sơ", "Record"),
    "rescan_now": ("Quét lại", "Re-scan"),
    "rescan_missing": (
        "Không quét lại {count} trang của hồ sơ",
        "{count} pages of the record were not scanned again",
    ),
    "rescan_surplus": (
        "Quét lại {count} trang không có trong hồ sơ",
        "{count} pages scanned again are not in the record",
    ),
    "rescan_drift": (
        "Độ lệch của điểm số trên {boxes} ô đọc như nhau",
        "Drift of the scores over {boxes} boxes that read the same",
    ),
    "rescan_score": ("Điểm số", "Score"),
    "rescan_mean": ("Lệch trung bình", "Mean change"),
    "rescan_largest": ("Lệch lớn nhất", "Largest change"),
    # export --package
    "help_export": (
        "Xuất dữ liệu cho người khác: kết quả theo một định dạng, hoặc toàn bộ hồ sơ thành một gói có chữ ký mà "
        "người nhận kiểm tra bằng kiemphieu verify TỆP.",
        "Data for others: the result in a format, or the whole record as one signed package that they check "
        "with kiemphieu verify FILE.",
    ),
    "option_package": ("Gói có chữ ký của toàn bộ hồ sơ.", "The signed package of the whole record."),
    "option_without_images": ("Không kèm ảnh các trang.", "Leave out the page images."),
    "option_export_output": (
        "Tệp mới (mặc định: một tên mới trong VOTE/reports; với --package: VOTE/MÃ.package.tar).",
        "The new file (default: a new name in VOTE/reports; with --package: VOTE/ID.package.tar).",
    ),
    "option_key": (
        "Khi kiểm tra một gói: khóa công khai nhận từ nguồn khác (ballot.pub).",
        "When checking a package: the public key had from elsewhere (ballot.pub).",
    ),
    "export_what": (
        "Nêu thứ cần xuất: --format cdf, --format csv, --format xlsx hoặc --package.",
        "Say what to export: --format cdf, --format csv, --format xlsx or --package.",
    ),
    "export_done": (
        "Đã đóng gói vào {path}: {files} tệp, trong đó {pages} ảnh trang.",
        "Packed into {path}: {files} files, {pages} of them page images.",
    ),
    "export_key": (
        "SHA-256 của khóa công khai: {key}. Người nhận đối chiếu với số đã công bố.",
        "SHA-256 of the public key: {key}. The receiver compares it with the one made known before.",
    ),
    "package_unreadable": (
        "{path} không phải gói hồ sơ đọc được ({reason}). Lấy lại tệp từ nguồn.",
        "{path} is no readable package ({reason}). Get the file from its source again.",
    ),
    "verify_package": ("Gói hồ sơ: {name} không khớp{detail}", "The package: {name} does not match{detail}"),
}
