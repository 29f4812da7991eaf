"""What the annotated pictures of `kiemphieu readings --explain` say."""

EXPLAIN: dict[str, tuple[str, str]] = {
    "explain_done": ("Ảnh giải thích: {path}", "Picture: {path}"),
    "explain_crops": ("Ảnh cắt từng chỗ: {path}", "Crops: {path}"),
    "explain_other_sheets": (
        "Phiếu {serial}, trang {page}: còn {count} ảnh khác cùng số phiếu; ảnh này cho thấy tờ được tính.",
        "Ballot {serial}, page {page}: {count} more image(s) carry this serial; the picture shows the one "
        "that is counted.",
    ),
    "explain_differs": (
        "phiếu {serial}, trang {page}: đọc lại ảnh đã lưu ra kết quả khác ({differences}). Kết quả đã ghi "
        "nhận vẫn được tính và được vẽ ở đây. Hãy đối chiếu với phiếu giấy và báo lỗi này.",
        "ballot {serial}, page {page}: reading the stored image again gives something else ({differences}). "
        "What was recorded still counts and is what the picture shows. Compare it with the paper and report "
        "this.",
    ),
    "explain_other_reader": (
        "phiếu {serial}, trang {page}: bản ghi do phiên bản hoặc thiết lập khác của bộ đọc lập ra; nay đọc "
        "khác: {differences}. Kết quả đã ghi nhận vẫn được tính và được vẽ ở đây.",
        "ballot {serial}, page {page}: the record was made by another version or other settings of the "
        "reader; today it reads otherwise: {differences}. What was recorded still counts and is what the "
        "picture shows.",
    ),
    "explain_numbers": (
        "phiếu {serial}, trang {page}: đọc lại ra cùng kết luận nhưng các số đo hơi khác bản ghi.",
        "ballot {serial}, page {page}: reading it again decides the same, with somewhat other numbers than "
        "the record has.",
    ),
    "explain_difference": (
        "{place}: đã ghi {recorded}, nay {now}",
        "{place}: recorded {recorded}, now {now}",
    ),
    # Heads
    "explain_heading": ("Phiếu {serial}", "Ballot {serial}"),
    "explain_heading_sheet": ("Tờ không xác định được", "Unidentified sheet"),
    "explain_page": ("trang {page}/{pages}", "page {page} of {pages}"),
    "explain_image": ("Ảnh SHA-256 {sha256}…", "Image SHA-256 {sha256}…"),
    "explain_verdict_valid": ("hợp lệ", "valid"),
    "explain_verdict_invalid": ("không hợp lệ", "invalid"),
    "explain_verdict_review": ("cần xem xét", "in review"),
    "explain_whole": ("Cả phiếu: {reasons}", "The ballot: {reasons}"),
    "explain_line": ("{name}: {reasons}", "{name}: {reasons}"),
    "explain_no_reasons": ("Không có gì cần người xem xét.", "Nothing here needs a person."),
    "explain_fit": (
        "Khớp mẫu in: lệch {residual} mm (nhiều nhất {most} mm), {points} điểm, {dpi} dpi",
        "Fit to the printed form: off by {residual} mm (at most {most} mm), {points} points, {dpi} dpi",
    ),
    "explain_rejected": ("Không đọc được tờ này: {reason}.", "This sheet could not be read: {reason}."),
    "explain_raw": (
        "Ảnh như khi quét; không có ô nào được đọc.",
        "The image as scanned; no box was read.",
    ),
    "explain_detail_residual_mm": ("lệch mẫu (mm)", "off the form (mm)"),
    "explain_detail_patches_found": ("phần mẫu nhận ra", "share of the form found"),
    "explain_detail_fiducials_found": ("ô góc tìm thấy (trên 4)", "corner squares found (of 4)"),
    "explain_detail_size_px": ("kích thước ảnh (điểm)", "size of the image (pixels)"),
    "explain_detail_noise": ("nhiễu 0–1", "noise 0–1"),
    "explain_detail_serials": ("các số phiếu", "serials"),
    "explain_detail_vote": ("mã cuộc ghi trên phiếu", "vote id in the code"),
    "explain_detail_claimed_serial": ("số phiếu tự xưng", "serial it claims"),
    "explain_detail_layout": ("mẫu in ghi trên phiếu", "form named in the code"),
    "explain_detail_error": ("lỗi", "fault"),
    "explain_unlaid": (
        "Nay không đặt được ảnh này lên mẫu in, nên không vẽ được kết quả đã ghi nhận.",
        "This image can no longer be laid over its form, so that what was recorded cannot be drawn.",
    ),
    "explain_others_note": (
        "Còn {count} ảnh khác cùng số phiếu và trang (SHA-256 {sha256}); đây là tờ được tính.",
        "{count} more image(s) of this serial and page (SHA-256 {sha256}); this is the one counted.",
    ),
    "explain_none": ("Không tìm thấy mực nào trên trang.", "No ink was found on the page."),
    # Things and states
    "explain_strike_on": ("Nét gạch: {name}", "Strike: {name}"),
    "explain_writing": ("Chữ hoặc nét viết thêm", "Writing on the page"),
    "explain_beside": ("Mực cạnh ô", "Ink beside a box"),
    "explain_seal": ("Dấu treo", "Stamp"),
    "explain_tag_empty": ("trống", "empty"),
    "explain_tag_cross": ("X", "X"),
    "explain_tag_other": ("khác", "other"),
    "explain_tag_corrected": ("sửa", "corrected"),
    "explain_tag_unclear": ("?", "?"),
    "explain_tag_strike_certain": ("gạch tên", "strike"),
    "explain_tag_strike_doubtful": ("gạch tên?", "strike?"),
    "explain_tag_writing_certain": ("ghi thêm", "writing"),
    "explain_tag_writing_doubtful": ("ghi thêm?", "writing?"),
    "explain_tag_beside_doubtful": ("ngoài ô?", "outside?"),
    "explain_tag_seal_present": ("dấu treo", "stamp"),
    "explain_tag_seal_absent": ("thiếu dấu", "no stamp"),
    "explain_tag_seal_unclear": ("dấu treo?", "stamp?"),
    "explain_state_box_empty": ("trống", "empty"),
    "explain_state_box_cross": ("dấu X", "cross"),
    "explain_state_box_other": ("dấu khác", "other mark"),
    "explain_state_box_corrected": ("tẩy, sửa", "corrected"),
    "explain_state_box_unclear": ("không rõ", "unclear"),
    "explain_state_strike_certain": ("chắc chắn", "certain"),
    "explain_state_strike_doubtful": ("chưa chắc", "doubtful"),
    "explain_state_writing_certain": ("chắc chắn", "certain"),
    "explain_state_writing_doubtful": ("chưa chắc", "doubtful"),
    "explain_state_beside_doubtful": ("chưa chắc", "doubtful"),
    "explain_state_seal_present": ("có", "present"),
    "explain_state_seal_absent": ("không có", "absent"),
    "explain_state_seal_unclear": ("không rõ", "unclear"),
    # Why
    "explain_why_box_empty": (
        "Chỉ có vết bẩn hoặc đầu một nét thuộc chỗ khác.",
        "Only a speck, or the end of a stroke that belongs elsewhere.",
    ),
    "explain_why_box_cross": (
        "Hai nét cắt nhau trong ô và gần như không còn mực nào khác.",
        "Two strokes that cross inside the box, and next to no other ink.",
    ),
    "explain_why_box_other": (
        "Dấu cố ý nhưng không phải X: một nét, nét không cắt nhau, vòng tròn hoặc tô.",
        "Deliberate, but no X: one stroke, strokes that do not cross, a ring or a blot.",
    ),
    "explain_why_box_corrected": (
        "Có nét lòi ra khỏi chỗ tô, hoặc nhiều mực hơn mức một dấu cần.",
        "Strokes stand out of a blot, or there is more ink than any mark needs.",
    ),
    "explain_why_box_unclear": (
        "Quá mờ, quá nhỏ, hoặc gần giống X nhưng chưa đủ chắc.",
        "Too faint, too small, or nearly a cross but not surely one.",
    ),
    "explain_why_strike_certain": (
        "Nét dài, đậm, đi qua chữ và phủ đủ phần họ tên.",
        "Long and dark, through the letters, and over enough of the name.",
    ),
    "explain_why_strike_doubtful": (
        "Ngắn, nhạt, nằm dưới chữ hoặc chỉ chạm phần họ tên.",
        "Short, faint, below the letters, or over little of the name.",
    ),
    "explain_why_writing_certain": (
        "Mực lớn và đậm, xa các ô và mép giấy, không phải dấu, nét gạch hay con dấu.",
        "Large and dark, away from boxes and edges; neither mark nor strike nor stamp.",
    ),
    "explain_why_writing_doubtful": (
        "Mực không thuộc ô, nét gạch hay con dấu, nhưng chưa đủ để chắc là chữ viết.",
        "Ink of no box, strike or stamp, yet not enough to be surely writing.",
    ),
    "explain_why_beside_doubtful": (
        "Mực sát một ô nhưng không thuộc dấu trong ô: có thể chính là dấu.",
        "Ink close to a box that is no part of the mark in it: it may be the mark.",
    ),
    "explain_why_seal_present": (
        "Đủ mực trong vùng đóng dấu.",
        "There is enough ink in the seal zone.",
    ),
    "explain_why_seal_absent": ("Vùng đóng dấu không có mực.", "There is no ink in the seal zone."),
    "explain_why_seal_unclear": (
        "Có mực trong vùng đóng dấu nhưng quá ít hoặc quá nhạt.",
        "There is ink in the seal zone, but too little or too faint.",
    ),
    # What follows
    "explain_review": ("Cần xem xét: {reasons}", "A person must look: {reasons}"),
    "explain_counted": ("Được tính: {level}", "Counted as: {level}"),
    "explain_read_as": ("Đọc là: {level}", "Read as: {level}"),
    "explain_not_counted": ("Không tính: phiếu không hợp lệ", "Not counted: the ballot is invalid"),
    "explain_line_waits": ("Dòng này chờ người xem xét", "This line waits for a person"),
    "explain_ground": ("Căn cứ: {text} ({citation})", "Ground: {text} ({citation})"),
    "explain_fault_no_mark": ("Dòng không hợp lệ: không có dấu", "No vote: no mark on the line"),
    "explain_fault_several_marks": ("Dòng không hợp lệ: nhiều dấu", "No vote: several marks on the line"),
    "explain_fault_not_a_cross": ("Dòng không hợp lệ: không phải dấu X", "No vote: not a cross"),
    "explain_fault_struck_name": ("Họ tên bị gạch", "The name is struck out"),
    "explain_fault_added_writing": ("Phiếu có ghi thêm", "The ballot has added writing"),
    "explain_fault_no_seal": ("Phiếu không có dấu treo", "The ballot has no stamp"),
    "explain_fault_not_issued": ("Phiếu không do ban kiểm phiếu phát ra", "Not issued by the committee"),
    "explain_fault_missing_page": ("Phiếu thiếu trang", "A page is missing"),
    # Key
    "explain_legend_box_empty": ("ô trống", "empty box"),
    "explain_legend_box_cross": ("dấu X", "cross"),
    "explain_legend_box_other": ("dấu khác", "other mark"),
    "explain_legend_box_corrected": ("tẩy, sửa", "corrected"),
    "explain_legend_box_unclear": ("không rõ", "unclear"),
    "explain_legend_strike_certain": ("gạch tên", "struck name"),
    "explain_legend_strike_doubtful": ("có thể gạch tên", "possible strike"),
    "explain_legend_writing_certain": ("ghi thêm", "writing"),
    "explain_legend_writing_doubtful": ("có thể ghi thêm", "possible writing"),
    "explain_legend_seal_present": ("dấu treo", "stamp"),
    "explain_legend_ink": ("giới hạn mực", "bounds of the ink"),
    # Scores
    "explain_score_cross_share": ("mạng chấm: X", "network: X"),
    "explain_score_other_share": ("mạng chấm: dấu khác", "network: other mark"),
    "explain_score_corrected_share": ("mạng chấm: tẩy sửa", "network: corrected"),
    "explain_score_ink_mm2": ("diện tích mực", "area of ink"),
    "explain_score_inside_mm2": ("mực trong ô", "ink inside the box"),
    "explain_score_darkness": ("độ đậm 0–1", "darkness 0–1"),
    "explain_score_size_mm": ("kích thước", "size"),
    "explain_score_side_mm": ("cạnh ngắn", "shorter side"),
    "explain_score_stroke_mm": ("bề rộng nét", "width of stroke"),
    "explain_score_cross_fit": ("khớp hai nét 0–1", "two strokes 0–1"),
    "explain_score_side_fit": ("nét thứ ba 0–1", "third stroke 0–1"),
    "explain_score_rest_bias": ("mực thừa lệch 0–1", "rest is one-sided 0–1"),
    "explain_score_coverage": ("độ phủ 0–1", "coverage 0–1"),
    "explain_score_box_coverage": ("nét liền 0–1", "unbroken 0–1"),
    "explain_score_strike_coverage": ("phủ họ tên 0–1", "over the name 0–1"),
    "explain_score_seal_coverage": ("phủ vùng dấu 0–1", "over the zone 0–1"),
    "explain_score_rest_reach": ("mực thừa vươn xa", "reach of the rest"),
    "explain_score_line_fit": ("nét mạnh 0–1", "stronger stroke 0–1"),
    "explain_score_second_fit": ("nét yếu 0–1", "weaker stroke 0–1"),
    "explain_score_length_ratio": ("tỉ lệ hai nét 0–1", "stroke lengths 0–1"),
    "explain_score_crossing_deg": ("góc cắt", "crossing angle"),
    "explain_score_tilt_deg": ("góc nghiêng", "tilt"),
    "explain_score_arm_share": ("nhánh ngắn nhất", "shortest arm"),
    "explain_score_excess": ("mực so với hai nét", "ink over two strokes"),
    "explain_score_blob_share": ("mảng tô 0–1", "in blots 0–1"),
    "explain_score_length_mm": ("chiều dài", "length"),
    "explain_score_through": ("qua chữ 0–1", "through letters 0–1"),
    "explain_score_clear_ink_mm2": ("mực ngoài chữ", "ink clear of letters"),
    "explain_score_surplus": ("đậm hơn chữ in 0–1", "darker than print 0–1"),
    "explain_score_fill": ("độ kín 0–1", "filled 0–1"),
    "explain_score_edge_mm": ("cách mép giấy", "from the page edge"),
    "explain_score_straightness": ("độ thẳng 0–1", "straightness 0–1"),
    "explain_score_ring_mm": ("lệch vòng tròn", "off a circle"),
    # What goes wrong
    "explain_serial_unknown": (
        "Không có phiếu nào số “{serial}” trong hồ sơ. Kiểm tra số in cạnh mã QR (12 ký tự, không có I, L, "
        "O, U), hoặc xem các số đã đọc: kiemphieu readings {folder}",
        "There is no ballot “{serial}” in the record. Check the serial beside the QR code (12 characters, no "
        "I, L, O, U), or list those read: kiemphieu readings {folder}",
    ),
    "explain_serial_not_scanned": (
        "Phiếu {serial} đã phát ra nhưng chưa được quét. Quét phiếu rồi chạy lại: kiemphieu scan {folder} …",
        "Ballot {serial} was issued but not scanned yet. Scan it and run this again: kiemphieu "
        "scan {folder} …",
    ),
    "explain_sheet_ambiguous": (
        "Nhiều ảnh có SHA-256 bắt đầu bằng “{prefix}”. Ghi thêm ký tự.",
        "Several images have a SHA-256 that begins with “{prefix}”. Give more of it.",
    ),
    "explain_output_in_vote": (
        "{path} nằm trong thư mục hồ sơ của cuộc lấy phiếu. Chọn chỗ khác cho -o.",
        "{path} lies in a folder of the vote's record. Choose another place for -o.",
    ),
    "explain_only_output": (
        "-o chỉ dùng cùng --explain.",
        "-o goes with --explain only.",
    ),
    "page_file_changed": (
        "Ảnh trang {path} không còn là ảnh đã ghi nhận (SHA-256 khác). Hãy chép lại từ bản sao lưu.",
        "The page image {path} is not the one recorded (its SHA-256 differs). Copy it back from a backup.",
    ),
}
