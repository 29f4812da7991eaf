"""What happens before the vote: who may be listed, the days of duties; and two venues of one person."""

_LIST: dict[str, tuple[str, str]] = {
    "people_retiring": (
        "{name} đã có thông báo nghỉ công tác chờ nghỉ hưu nên không lấy phiếu: “{clause}” ({citation}). "
        "Bỏ người này khỏi danh sách, hoặc sửa retirement_announced nếu ghi nhầm.",
        "{name} has announced leave before retirement and is not rated: “{clause}” ({citation}). Take the "
        "person off the list, or correct retirement_announced if it is a slip.",
    ),
    "people_appointed_this_year": (
        "{name} được bổ nhiệm, bầu cử ngày {date}, trong năm lấy phiếu {year}, nên không lấy phiếu: "
        "“{clause}” ({citation}). Bỏ người này khỏi danh sách, hoặc sửa appointed nếu ghi nhầm.",
        "{name} was appointed or elected on {date}, in the year of the vote ({year}), and is not rated: "
        "“{clause}” ({citation}). Take the person off the list, or correct appointed if it is a slip.",
    ),
    "people_appointed_later": (
        "{name}: ngày bổ nhiệm, bầu cử {date} sau năm lấy phiếu {year}. Sửa appointed, hoặc sửa ngày lấy "
        "phiếu ở [vote] date.",
        "{name}: the day of appointment or election, {date}, lies after the year of the vote, {year}. "
        "Correct appointed, or the day of the vote at [vote] date.",
    ),
    "people_third_venue": (
        "{name} được ghi {count} nơi lấy phiếu ({found}), nhiều nhất là {most}: “{clause}” ({citation}). "
        "Chỉ giữ hai nơi đứng trước.",
        "{name} is listed with {count} places ({found}); the most is {most}: “{clause}” ({citation}). Keep "
        "only the two that come first.",
    ),
    "people_venue_twice": (
        "{name}: một nơi lấy phiếu được ghi hai lần ({found}). Ghi lại: {ordered}.",
        "{name}: a place is named twice ({found}). Write: {ordered}.",
    ),
    "people_venue_order": (
        "{name}: các nơi lấy phiếu ({found}) không đúng thứ tự: “{clause}” ({citation}). Ghi lại: {ordered}.",
        "{name}: the places ({found}) are out of order: “{clause}” ({citation}). Write: {ordered}.",
    ),
    "people_unknown_venue": (
        "Không có nơi lấy phiếu “{found}”. Dùng: {known} (cấp ủy, hội đồng nhân dân, nơi công tác).",
        "There is no place “{found}”. Use: {known} (Party committee, People's Council, workplace).",
    ),
    "appointment_missing": (
        "Bộ quy tắc {rules} cần bảng [appointment]. Thêm bảng này với kind (new hoặc reappointment), posts "
        "(số chức vụ) và meeting (1, 2 hoặc 3).",
        "The rule set {rules} needs the table [appointment]. Add it with kind (new or reappointment), posts "
        "(how many) and meeting (1, 2 or 3).",
    ),
    "appointment_not_here": (
        "Bảng [appointment] chỉ dùng với rules = “{rules}”, đang là “{found}”. Xóa bảng này, hoặc sửa rules.",
        "The table [appointment] goes only with rules = “{rules}”; it is “{found}”. Remove the table, or "
        "correct rules.",
    ),
    "appointment_key_not_here": (
        "{name}: {key} chỉ dùng với rules = “{rules}”, đang là “{found}”. Xóa dòng này, hoặc sửa rules.",
        "{name}: {key} goes only with rules = “{rules}”; it is “{found}”. Remove the line, or correct rules.",
    ),
    "appointment_no_posts": (
        "Số chức vụ cần bổ nhiệm là 0. Ghi posts từ 1 trở lên.",
        "No post is to be filled. Give posts of 1 or more.",
    ),
    "appointment_meeting": (
        "Không có lần họp “{found}”. Ghi meeting = 1 (hội nghị lấy phiếu), 2 hoặc 3 (tập thể lãnh đạo họp).",
        "There is no meeting “{found}”. Write meeting = 1 (the conference that votes), 2 or 3 (meetings of "
        "the leadership).",
    ),
    "appointment_too_few": (
        "Bổ nhiệm mới {posts} chức vụ mà danh sách có {candidates} người: “{clause}” ({citation}). Đưa vào "
        "danh sách ít nhất {least} người, hoặc sửa posts.",
        "{posts} new posts, and the list has {candidates} candidates: “{clause}” ({citation}). List at least "
        "{least}, or correct posts.",
    ),
    "appointment_one_candidate": (
        "Bổ nhiệm lại thì danh sách chỉ có một người, đang có {candidates}. {clause} ({citation}). Chỉ giữ "
        'người được đề nghị bổ nhiệm lại, hoặc ghi kind = "new".',
        "A reappointment has exactly one candidate; the list has {candidates}. {clause} ({citation}). Keep "
        'only the person to be reappointed, or write kind = "new".',
    ),
    "appointment_one_post": (
        "Bổ nhiệm lại là một chức vụ, posts đang là {posts}. {clause} ({citation}). Ghi posts = 1 và lập mỗi "
        "người một cuộc lấy phiếu.",
        "A reappointment is to one post; posts is {posts}. {clause} ({citation}). Write posts = 1, and make "
        "one vote per person.",
    ),
    "appointment_added_unplanned": (
        "{name} được giới thiệu thêm tại hội nghị mà không ghi là có trong quy hoạch: “{clause}” "
        "({citation}). Ghi in_succession_plan = true nếu có, nếu không thì bỏ khỏi danh sách.",
        "{name} was added at the meeting and is not said to stand in the succession plan: “{clause}” "
        "({citation}). Write in_succession_plan = true if so; otherwise take the person off the list.",
    ),
    "appointment_kind_new": (
        "Bổ nhiệm mới: {posts} chức vụ, {candidates} người trong danh sách.",
        "New appointment: posts {posts}, candidates {candidates}.",
    ),
    "appointment_kind_reappointment": (
        "Bổ nhiệm lại: {posts} chức vụ, {candidates} người trong danh sách.",
        "Reappointment: posts {posts}, candidates {candidates}.",
    ),
    "appointment_meeting_1": (
        "Đây là hội nghị lấy phiếu; sau đó: “{clause}” ({citation}).",
        "This is the conference that votes; after it: “{clause}” ({citation}).",
    ),
    "appointment_meeting_2": (
        "Đây là lần họp thứ 2 của tập thể lãnh đạo: “{clause}” ({citation}).",
        "This is the second meeting, of the leadership: “{clause}” ({citation}).",
    ),
    "appointment_meeting_3": (
        "Đây là lần họp thứ 3 của tập thể lãnh đạo, biểu quyết bằng phiếu kín: “{clause}” ({citation}).",
        "This is the third meeting, of the leadership, by secret ballot: “{clause}” ({citation}).",
    ),
}

_CALENDAR: dict[str, tuple[str, str]] = {
    "help_calendar": (
        "Các việc phải làm trước và sau ngày lấy phiếu, mỗi việc một hạn; với --ics, ghi tệp lịch.",
        "What is due before and after the day of the vote; with --ics, as a calendar file.",
    ),
    "option_report_by": (
        "Ngày cấp trên yêu cầu nộp báo cáo kết quả (năm-tháng-ngày).",
        "The day the superior body has set for the report of the result (year-month-day).",
    ),
    "option_ics": (
        "Ghi tệp lịch .ics để đưa vào phần mềm lịch.",
        "Write an .ics file that calendar programs take in.",
    ),
    "calendar_bad_date": (
        "“{found}” không phải là ngày. Ghi năm-tháng-ngày, như 2023-08-15.",
        "“{found}” is no date. Write year-month-day, such as 2023-08-15.",
    ),
    "calendar_report_before_vote": (
        "Hạn báo cáo kết quả {report_by} trước ngày lấy phiếu {date}. Sửa --report-by, hoặc [vote] date.",
        "The report is due on {report_by}, before the vote on {date}. Correct --report-by, or [vote] date.",
    ),
    "calendar_date_too_early": (
        "Ngày lấy phiếu {date} quá sớm, không tính được các hạn trước đó. Sửa [vote] date.",
        "The day of the vote, {date}, is too early to count days before it. Correct [vote] date.",
    ),
    "calendar_title": ("Lịch công việc – {body}", "Calendar of duties – {body}"),
    "calendar_counted": (
        "Hạn tính theo ngày lịch, không tính ngày lấy phiếu; không tính ngày nghỉ lễ.",
        "Calendar days, the day of the vote not counted; public holidays are not considered.",
    ),
    "calendar_grounds": ("Căn cứ:", "Grounds:"),
    "calendar_nothing_before": (
        "Với bộ quy tắc này không có văn bản nào nêu hạn trước ngày lấy phiếu.",
        "Under this rule set no text at hand sets days before the vote.",
    ),
    "calendar_no_report": (
        "Hạn nộp báo cáo kết quả do cấp trên ấn định bằng ngày cụ thể, như “{clause}” ({citation}). Có ngày "
        "thì thêm --report-by.",
        "The day for the report of the result is set by the superior body, such as “{clause}” ({citation}). "
        "Give yours with --report-by.",
    ),
    "calendar_written": ("Đã ghi tệp lịch {path}.", "Wrote the calendar {path}."),
    "duty_own_report": (
        "Người được lấy phiếu gửi báo cáo cá nhân",
        "Those who are rated hand in their own report",
    ),
    "duty_dossier": (
        "Gửi báo cáo, hồ sơ cho người ghi phiếu",
        "Reports and files go to the voters",
    ),
    "duty_question": (
        "Hạn cuối người ghi phiếu yêu cầu làm rõ bằng văn bản",
        "Last day for a voter's written question",
    ),
    "duty_explanation": (
        "Hạn cuối báo cáo, giải trình bổ sung",
        "Last day for supplementary reports and explanations",
    ),
    "duty_vote": (
        "Hội nghị lấy phiếu, kiểm phiếu, công bố kết quả",
        "The vote, the count, and the announcement of the result",
    ),
    "duty_result_report": (
        "Hạn cuối gửi báo cáo kết quả lên cấp trên",
        "Last day for the report of the result to the superior body",
    ),
    "duty_clause": ("“{clause}” ({citation})", "“{clause}” ({citation})"),
    "duty_weekend": (
        "Rơi vào cuối tuần: nên làm xong trước",
        "On a weekend: better done before",
    ),
    "column_due": ("Hạn", "Due"),
    "column_weekday": ("Thứ", "Day"),
    "column_duty": ("Việc", "Duty"),
    "column_days_left": ("Còn lại", "Left"),
    "column_note": ("Ghi chú", "Note"),
    "days_today": ("hôm nay", "today"),
    "days_left": ("{days} ngày", "{days} d"),
    "days_past": ("đã qua {days} ngày", "{days} d ago"),
    "weekday_1": ("Thứ Hai", "Monday"),
    "weekday_2": ("Thứ Ba", "Tuesday"),
    "weekday_3": ("Thứ Tư", "Wednesday"),
    "weekday_4": ("Thứ Năm", "Thursday"),
    "weekday_5": ("Thứ Sáu", "Friday"),
    "weekday_6": ("Thứ Bảy", "Saturday"),
    "weekday_7": ("Chủ nhật", "Sunday"),
}

_COMPARISON: dict[str, tuple[str, str]] = {
    "help_compare": (
        "Kết quả của cùng những người ở hai nơi lấy phiếu, đặt cạnh nhau; không cộng, không gộp.",
        "The results of the same people at two venues side by side; never added, never merged.",
    ),
    "option_compare_output": (
        "Ghi trang để in (HTML, một tệp trọn vẹn).",
        "Write a page to print (HTML, one file with everything in it).",
    ),
    "compare_two_votes": (
        "Cần đúng hai thư mục VOTE, đang có {count}. Một người được lấy phiếu tối đa ở hai nơi.",
        "Exactly two folders VOTE are compared; {count} were given. A person is rated at two places at most.",
    ),
    "compare_page_suffix": (
        "Trang đối chiếu là tệp HTML, không ghi vào {path}. Đặt tên tệp có đuôi .html.",
        "The page is HTML and is not written to {path}. Give a name that ends in .html.",
    ),
    "compare_same_vote": (
        "Cả hai thư mục đều là cuộc lấy phiếu “{vote}”. Chọn cuộc lấy phiếu ở nơi thứ hai.",
        "Both folders are the vote “{vote}”. Name the vote at the second venue.",
    ),
    "compare_third_venue": (
        "{name}: hai tệp vote.toml ghi cả thảy hơn hai nơi lấy phiếu ({found}): “{clause}” ({citation}). Sửa "
        "venues ở hai tệp cho khớp nhau.",
        "{name}: the two vote.toml name more than two places together ({found}): “{clause}” ({citation}). "
        "Correct venues so that both files agree.",
    ),
    "compare_title": (
        "Kết quả lấy phiếu tín nhiệm ở hai nơi",
        "Results of the confidence rating at two venues",
    ),
    "compare_venue": ("Nơi {number}: {body}", "Venue {number}: {body}"),
    "compare_about_venue": (
        "Nơi {number}: {body}, {day}, theo {rules}.",
        "Venue {number}: {body}, {day}, under {rules}.",
    ),
    "compare_page_venue": ("{title}, {day}. Theo {rules}.", "{title}, {day}. Under {rules}."),
    "compare_not_final": ("chưa phải kết quả cuối cùng", "not final"),
    "compare_position": ("Chức vụ", "Position"),
    "compare_positions_differ": ("chức vụ ghi ở hai nơi khác nhau", "positions differ between the venues"),
    "compare_outcome_head": ("Kết quả", "Outcome"),
    "compare_outcome": ("Nơi {number}, {names}: {outcome}", "Venue {number}, {names}: {outcome}"),
    "compare_consequence": ("Hệ quả: {consequence}.", "Consequence: {consequence}."),
    "compare_grounds": ("Kết quả và căn cứ ở từng nơi", "Outcome and ground at each venue"),
    "compare_rules_differ": (
        "Hai nơi theo hai bộ quy tắc khác nhau: {first} và {second}. Cơ số và ngưỡng có thể khác nhau.",
        "The venues go by different rule sets: {first}, and {second}. Bases and thresholds may differ.",
    ),
    "compare_settings_differ": (
        "Hai nơi cùng theo bộ quy tắc {rules} nhưng thiết lập khác nhau. Cơ số và ngưỡng có thể khác nhau.",
        "Both venues go by the rule set {rules}, with different settings. Bases and thresholds may differ.",
    ),
    "compare_nobody": (
        "Không ai được lấy phiếu ở cả hai nơi. Kiểm tra họ tên trong hai tệp vote.toml.",
        "Nobody is rated at both venues. Check the names in both vote.toml.",
    ),
    "compare_only": ("Chỉ có ở nơi {number}: {names}.", "At venue {number} only: {names}."),
    "compare_only_head": ("Chỉ lấy phiếu ở nơi {number}", "Rated at venue {number} only"),
    "compare_unclear": (
        "Trùng họ tên, chưa rõ ai là ai nên không ghép: {names}. Ghi chức vụ giống nhau, hoặc cùng một id, ở "
        "hai tệp vote.toml.",
        "People of one name, and no certainty who is who; they are not matched: {names}. Write the same "
        "position, or the same id, in both vote.toml.",
    ),
    "compare_no_sum": (
        "Hai kết quả đứng riêng: không cộng phiếu và không có kết quả chung. “{clause}” ({citation}).",
        "The two results stand by themselves: ballots are not added up, and there is no common outcome. "
        "“{clause}” ({citation}).",
    ),
    "compare_written": ("Đã ghi {path}.", "Wrote {path}."),
}

PREPARING: dict[str, tuple[str, str]] = _LIST | _CALENDAR | _COMPARISON
