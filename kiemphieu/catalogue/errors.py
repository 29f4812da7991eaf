"""What the application itself raises and reports."""

ERRORS: dict[str, tuple[str, str]] = {
    # The vote folder
    "folder_missing": (
        "Không có thư mục {path}. Hãy kiểm tra tên, hoặc tạo mới bằng: kiemphieu new {path}",
        "There is no folder {path}. Check the name, or make one: kiemphieu new {path}",
    ),
    "vote_file_missing": (
        "Thư mục {folder} không có vote.toml nên không phải thư mục của một cuộc lấy phiếu. "
        "Hãy chỉ đúng thư mục, hoặc tạo mới bằng: kiemphieu new",
        "{folder} holds no vote.toml, so it is not a vote folder. Name the right folder, or make one "
        "with: kiemphieu new",
    ),
    "folder_exists": (
        "{path} đã tồn tại và không phải thư mục trống; không ghi đè gì cả. Hãy chọn tên khác.",
        "{path} exists and is not an empty folder; nothing was overwritten. Choose another name.",
    ),
    "vote_file_not_utf8": (
        "{path} không phải văn bản UTF-8 (byte thứ {byte}). Hãy lưu lại tệp với mã UTF-8.",
        "{path} is not UTF-8 text (at byte {byte}). Save the file again as UTF-8.",
    ),
    "vote_file_problems": (
        "vote.toml có {count} chỗ sai; hãy sửa rồi chạy lại:",
        "vote.toml has {count} mistakes; correct them and run the command again:",
    ),
    "problem_line": ("dòng {line}: {text}", "line {line}: {text}"),
    "problem_with_line": ("dòng {line}, {place}: {text}", "line {line}, {place}: {text}"),
    "problem_without_line": ("{place}: {text}", "{place}: {text}"),
    "file_unreadable": (
        "Không đọc được {path} ({reason}). Hãy kiểm tra tệp có ở đó không và quyền đọc tệp.",
        "{path} cannot be read ({reason}). Check that the file is there and may be read.",
    ),
    "folder_closed": (
        "Không mở được thư mục {path} ({reason}). Hãy kiểm tra quyền đọc thư mục.",
        "The folder {path} cannot be opened ({reason}). Check its permissions.",
    ),
    "nothing_printed": (
        "Cuộc lấy phiếu trong {path} chưa in phiếu nào nên không có gì để đối chiếu. "
        "Hãy in phiếu trước: kiemphieu print {path} --count N",
        "The vote in {path} has printed no ballots yet, so there is nothing to read scans against. "
        "Print first: kiemphieu print {path} --count N",
    ),
    # Keys
    "public_key_missing": (
        "Thiếu khóa công khai {path}; không có nó thì không phân biệt được phiếu thật với phiếu giả. "
        "Hãy chép lại tệp từ bản sao lưu của thư mục này.",
        "The public key {path} is missing; without it real ballots cannot be told from forged ones. "
        "Copy the file back from a backup of this folder.",
    ),
    "private_key_missing": (
        "Thiếu khóa bí mật {path}, mà phiếu đã in bằng khóa ấy. Hãy chép lại tệp từ nơi ban kiểm phiếu "
        "giữ; khóa mới sẽ làm phiếu đã in thành phiếu lạ.",
        "The private key {path} is missing, and ballots were printed with it. Copy the file back from "
        "where the committee keeps it; a new key would disown the ballots already printed.",
    ),
    "key_file_unreadable": (
        "Không đọc được khóa {path} ({reason}). Hãy kiểm tra quyền đọc tệp.",
        "The key {path} cannot be read ({reason}). Check that you may read the file.",
    ),
    # Disk and store
    "disk_full": (
        "Đĩa đầy khi ghi {path}. Mọi trang đã ghi nhận vẫn nguyên vẹn; trang đang ghi thì không được giữ. "
        "Hãy giải phóng chỗ trống rồi chạy lại đúng lệnh này.",
        "The disk is full, writing {path}. Every page recorded so far is kept; the one being written is "
        "not. Free some space and run the same command again.",
    ),
    "not_writable": (
        "Không được phép ghi {path}. Những gì đã ghi nhận vẫn nguyên vẹn. "
        "Hãy kiểm tra quyền ghi của thư mục.",
        "{path} may not be written. Everything recorded so far is kept. Check the folder's permissions.",
    ),
    "write_failed": (
        "Ghi {path} không thành ({reason}). Những gì đã ghi nhận vẫn nguyên vẹn. Hãy kiểm tra ổ đĩa rồi "
        "chạy lại.",
        "Writing {path} failed ({reason}). Everything recorded so far is kept. Check the disk and run the "
        "command again.",
    ),
    "store_url": (
        "Địa chỉ cơ sở dữ liệu “{url}” trong vote.toml, mục [store], không dùng được. Hãy sửa địa chỉ, hoặc "
        "bỏ đi để dùng tệp trong thư mục.",
        "The database address “{url}” under [store] in vote.toml cannot be used. Correct it, or remove it "
        "to use the file in the folder.",
    ),
    "store_driver_missing": (
        "Thiếu trình điều khiển cho cơ sở dữ liệu {url} ({reason}). Hãy cài đặt nó rồi chạy lại.",
        "The driver for the database {url} is not installed ({reason}). "
        "Install it and run the command again.",
    ),
    "store_damaged": (
        "Cơ sở dữ liệu {path} bị hỏng hoặc không phải của kiemphieu. Đừng ghi thêm; hãy chép lại từ bản "
        "sao lưu, rồi quét lại các trang còn thiếu.",
        "The database {path} is damaged or is not kiemphieu's. Write nothing more to it; copy it back from "
        "a backup and scan the missing pages again.",
    ),
    "store_busy": (
        "Cơ sở dữ liệu {path} đang bị một chương trình khác giữ quá lâu. Hãy đợi máy kia xong rồi chạy lại.",
        "Another program has held the database {path} for too long. Wait for it to finish and run the "
        "command again.",
    ),
    "store_failed": (
        "Cơ sở dữ liệu {path} từ chối: {reason}. Những gì đã ghi nhận vẫn nguyên vẹn.",
        "The database {path} refuses: {reason}. Everything recorded so far is kept.",
    ),
    "store_lost": (
        "Đã in phiếu (có layout.json) nhưng {path} không ghi nhận phiếu nào: cơ sở dữ liệu đã mất hoặc đã "
        "chuyển chỗ. Hãy chép lại từ bản sao lưu, hoặc sửa địa chỉ ở [store]. Chỉ khi chưa phát phiếu nào: "
        "xóa layout.json rồi in lại.",
        "Ballots were printed (layout.json is there), but {path} knows of none: the database was lost or "
        "moved. Copy it back from a backup, or correct the address under [store]. Only if no ballot was "
        "handed out: delete layout.json and print again.",
    ),
    "store_newer": (
        "{path} do một bản kiemphieu mới hơn tạo ra (lược đồ {found}, bản này biết đến {supported}). "
        "Hãy cập nhật kiemphieu.",
        "{path} was made by a newer kiemphieu (schema {found}, this one knows {supported}). "
        "Update kiemphieu.",
    ),
    "serial_issued_before": (
        "Số phiếu vừa rút đã được phát trước đó trong {path}; không in gì. Hãy chạy lại lệnh in.",
        "A serial just drawn was issued before in {path}; nothing was printed. Run the print command again.",
    ),
    "page_file_missing": (
        "Ảnh trang {path} không còn đọc được ({reason}). Hãy chép lại từ bản sao lưu.",
        "The page image {path} can no longer be read ({reason}). Copy it back from a backup.",
    ),
    # Page files
    "file_missing": (
        "không có tệp hay thư mục này; hãy kiểm tra tên.",
        "there is no such file or folder; check the name.",
    ),
    "file_empty": (
        "tệp rỗng (0 byte); hãy chép lại từ máy quét hoặc quét lại tờ này.",
        "the file is empty (0 bytes); copy it from the scanner again, or scan the sheet again.",
    ),
    "file_truncated": (
        "tệp bị cụt giữa chừng; hãy chép lại từ máy quét hoặc quét lại tờ này.",
        "the file is cut off; copy it from the scanner again, or scan the sheet again.",
    ),
    "file_broken": (
        "tệp bị hỏng ({reason}); hãy chép lại từ máy quét hoặc quét lại tờ này.",
        "the file is broken ({reason}); copy it from the scanner again, or scan the sheet again.",
    ),
    "file_type": (
        "không phải ảnh trang; hãy lưu thành JPEG, PNG, TIFF hoặc PDF.",
        "not a page image; save it as JPEG, PNG, TIFF or PDF.",
    ),
    "file_heic": (
        "ảnh HEIC của điện thoại, chưa đọc được; hãy xuất thành JPEG.",
        "a phone's HEIC picture, which cannot be read; export it as JPEG.",
    ),
    "page_file_unreadable": (
        "không đọc được ({reason}); hãy kiểm tra quyền đọc tệp.",
        "cannot be read ({reason}); check that you may read the file.",
    ),
    "folder_unreadable": (
        "không mở được thư mục ({reason}); hãy kiểm tra quyền đọc.",
        "the folder cannot be opened ({reason}); check its permissions.",
    ),
    "page_too_large": (
        "trang quá lớn (tối đa {limit} điểm mỗi cạnh và {megapixels} triệu điểm); hãy quét lại ở 300 dpi.",
        "the page is too large (at most {limit} pixels a side and {megapixels} million in all); "
        "scan it again at 300 dpi.",
    ),
    "pdf_password": (
        "PDF có mật khẩu; hãy lưu lại một bản không đặt mật khẩu.",
        "the PDF asks for a password; save a copy without one.",
    ),
    # Printing
    "group_needed": (
        "Cuộc lấy phiếu này có nhiều loại phiếu. Hãy chọn một bằng --group: {groups}",
        "This vote has several kinds of ballot. Choose one with --group: {groups}",
    ),
    "group_unknown": (
        "Không có loại phiếu “{group}”. Hãy chọn một bằng --group: {groups}",
        "There is no kind of ballot “{group}”. Choose one with --group: {groups}",
    ),
    "group_none": (
        "Cuộc lấy phiếu này chỉ có một loại phiếu, không có nhóm “{group}”. Hãy bỏ --group.",
        "This vote has one kind of ballot and no group “{group}”. Leave --group out.",
    ),
    "layout_changed": (
        "{path} đã thay đổi sau khi phiếu được in: mẫu phiếu mới khác mẫu đã in. Hãy khôi phục nội dung cũ, "
        "hoặc tạo thư mục mới cho cuộc lấy phiếu mới.",
        "{path} changed after ballots were printed: its form is no longer the printed one. Restore the "
        "earlier content, or make a new folder for a new vote.",
    ),
    "output_exists": (
        "{path} đã tồn tại và không bị ghi đè. Hãy chọn tên khác cho -o.",
        "{path} exists and was not overwritten. Choose another name for -o.",
    ),
    "counts_file_problems": (
        "{path} có {count} chỗ sai; hãy sửa rồi chạy lại:",
        "{path} has {count} mistakes; correct them and run the command again:",
    ),
    # Commands
    "counts_need_rules": (
        "tally --counts cần cả --rules TÊN và --base N.",
        "tally --counts needs --rules NAME and --base N, too.",
    ),
    "tally_needs_vote": (
        "Hãy nêu thư mục VOTE, hoặc --counts TỆP với --rules TÊN và --base N.",
        "Name the folder VOTE, or give --counts FILE with --rules NAME and --base N.",
    ),
    "tally_vote_and_counts": (
        "Chỉ dùng một trong hai: thư mục VOTE, hoặc --counts với --rules và --base.",
        "Use one of the two: the folder VOTE, or --counts with --rules and --base.",
    ),
    "usage_missing": ("Thiếu {name}.", "{name} is missing."),
    "usage_no_option": ("Không có tùy chọn {name}.", "There is no option {name}."),
    "usage_no_command": ("Không có lệnh “{name}”.", "There is no command “{name}”."),
    "usage_bad_value": ("Giá trị cho {name} không hợp lệ: {reason}", "Bad value for {name}: {reason}"),
    "usage_choose": ("“{value}”; chọn một trong: {choices}", "“{value}”; choose one of: {choices}"),
    "usage_whole_number": ("cần một số nguyên", "a whole number is needed"),
    "usage_range": (
        "cần một số nguyên từ {least} đến {most}",
        "a whole number from {least} to {most} is needed",
    ),
    "usage_other": ("Lệnh chưa đúng: {reason}", "The command is not right: {reason}"),
    "usage_help": ("Xem hướng dẫn: {command} --help", "See: {command} --help"),
    # Faults and interruptions
    "page_stops_reader": (
        "trang {page} làm tiến trình đọc dừng đột ngột (thường do thiếu bộ nhớ) và chưa được ghi nhận; hãy "
        "quét lại ở 300 dpi, hoặc chạy lại trên máy nhiều bộ nhớ hơn.",
        "page {page} stopped the program that reads pages (mostly for lack of memory) and is not recorded; "
        "scan it again at 300 dpi, or run again on a machine with more memory.",
    ),
    "worker_died": (
        "Một tiến trình đọc trang đã bị hệ thống dừng (thường do thiếu bộ nhớ). Những trang đã ghi nhận vẫn "
        "nguyên vẹn; hãy chạy lại với --workers 1.",
        "The system stopped a worker (mostly for lack of memory). The pages recorded so far are kept; run "
        "the command again with --workers 1.",
    ),
    "internal_error": (
        "Lỗi của chương trình ({kind}): {reason}. Những gì đã ghi nhận vẫn nguyên vẹn. Chạy lại với "
        "KIEMPHIEU_DEBUG=1 để có chi tiết báo cho người phát triển.",
        "A fault of this program ({kind}): {reason}. Everything recorded so far is kept. Run again with "
        "KIEMPHIEU_DEBUG=1 for the details to report.",
    ),
    "interrupted": (
        "Đã dừng. Những gì đã ghi nhận vẫn nguyên vẹn; chạy lại đúng lệnh này để làm tiếp.",
        "Stopped. Everything recorded so far is kept; run the same command again to go on.",
    ),
}
